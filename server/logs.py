"""Masking of logs: no secret parts of URLs, no search texts, no form values."""

import logging
import re
from typing import Any

# Readers of a log must not be able to read calendars or sign in by it.
_SECRET = re.compile(r"(/cal/|/claim/|/sign-in/link/|/account/email/(?:confirm|agree|stop)/)[^/\s?#\"']+")
# Queries can have names, addresses and ways back to forms, which are not needed to find errors.
_QUERY = re.compile(r"(?<=[\w/.-])\?[^\s\"]+")


class MaskedRecord(logging.LogRecord):
    """A log record without secrets in message and arguments: uvicorn's access log formats the arguments itself."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if isinstance(self.args, tuple):
            self.args = tuple(map(_masked, self.args))
        elif self.args:
            self.args = {name: _masked(value) for name, value in self.args.items()}
        if self.exc_info:
            # Formatters use this instead of formatting the exception themselves.
            self.exc_text = masked(logging.Formatter().formatException(self.exc_info))

    def getMessage(self) -> str:  # noqa: N802
        """Return the message masked, because an argument may become text only here."""
        return masked(super().getMessage())


def install() -> None:
    """Mask all log records of this process from now on, however loggers are configured later."""
    logging.setLogRecordFactory(MaskedRecord)


def masked(text: str) -> str:
    """Return the text with `***` for secret tokens in URLs and for everything after a ?."""
    return _SECRET.sub(r"\1***", _QUERY.sub("?***", text))


def _masked(value: object) -> object:
    return masked(value) if isinstance(value, str) else value
