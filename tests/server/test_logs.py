import io
import logging
from collections.abc import Iterator

import pytest
from uvicorn.logging import AccessFormatter

from server import logs


@pytest.fixture(autouse=True)
def installed() -> Iterator[None]:
    before = logging.getLogRecordFactory()
    logs.install()
    yield
    logging.setLogRecordFactory(before)


def logged(formatter: logging.Formatter, message: str, *args: object) -> str:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    logger = logging.Logger("access")
    logger.addHandler(handler)
    logger.info(message, *args)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/cal/SeCrEt_-1.ics", "/cal/***"),
        ("/cal/SeCrEt_-1.ics?lang=ru", "/cal/***?***"),
        ("/claim/SeCrEt_-1", "/claim/***"),
        ("/claim/SeCrEt_-1/take", "/claim/***/take"),
        ("/account/email/stop/SeCrEt_-1", "/account/email/stop/***"),
        ("/account/email/agree/SeCrEt_-1", "/account/email/agree/***"),
        ("/e/beilun-2026/search?q=Anna+Petrova&kind=person", "/e/beilun-2026/search?***"),
        ("/e/beilun-2026/people?q=%E6%9D%8E%E5%A8%9C", "/e/beilun-2026/people?***"),
        ("/sign-in?next=/e/x?held=SeCrEt", "/sign-in?***"),
        ("/?q='Anna'", "/?***"),
        ("/sign-in/link/SeCrEt_-1", "/sign-in/link/***"),
        ("/e/beilun-2026/agenda", "/e/beilun-2026/agenda"),
    ],
)
def test_the_access_log_has_no_secrets(path: str, shown: str) -> None:
    formatter = AccessFormatter("%(request_line)s", use_colors=False)
    line = logged(formatter, '%s - "%s %s HTTP/%s" %d', "192.0.2.1:5000", "GET", path, "1.1", 200)
    assert line == f"GET {shown} HTTP/1.1\n"


def test_tracebacks_of_failed_requests_have_no_names() -> None:
    stream = io.StringIO()
    logger = logging.Logger("errors")
    logger.addHandler(logging.StreamHandler(stream))
    try:
        raise ValueError("GET /e/beilun-2026/search?q=Anna+Petrova")
    except ValueError:
        logger.exception("Exception in ASGI application")
    assert "ValueError: GET /e/beilun-2026/search?***" in stream.getvalue()
    assert "Anna" not in stream.getvalue()


class Address:
    def __str__(self) -> str:
        return "http://testserver/cal/SeCrEt.ics"


def test_other_logs_have_no_secrets() -> None:
    plain = logging.Formatter("%(message)s")
    assert logged(plain, "GET /cal/SeCrEt.ics failed") == "GET /cal/*** failed\n"
    assert logged(plain, "%(path)s failed", {"path": "/cal/SeCrEt.ics"}) == "/cal/*** failed\n"
    assert logged(plain, "%s failed", Address()) == "http://testserver/cal/*** failed\n"
