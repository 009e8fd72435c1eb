"""How long data about people is kept: kinds of periods, and their days by file."""

import tomllib
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

DEFAULTS = Path(__file__).with_name("retention.toml")


class Period(StrEnum):
    """Why a row goes."""

    ACCOUNT = "account"
    ADDRESSES = "addresses"
    PARTICIPATION = "participation"
    FILES = "files"
    CONSENTS = "consents"
    MESSAGES = "messages"
    SESSIONS = "sessions"
    LINKS = "links"
    FORMS = "forms"
    DRAFTS = "drafts"
    PASSPORTS = "passports"
    WITH_EVENT = "with_event"


# The others are no matter of settings: some rows end by themselves, passport data on a day that the event
# sets, and those of the last have ids and no names.
SET = frozenset(
    {Period.ACCOUNT, Period.ADDRESSES, Period.PARTICIPATION, Period.FILES, Period.CONSENTS, Period.MESSAGES}
)


def days_in(path: Path | None) -> Mapping[Period, int]:
    """Return the days of each period that is set: our own, or those of a file where it names them.

    Raises ValueError for a file that cannot be read, or that has other names or numbers.
    """
    own = _read(DEFAULTS)
    return own if path is None else {**own, **_read(path)}


def _read(path: Path) -> dict[Period, int]:
    try:
        given = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}") from error
    days = given.get("days", {})
    wrong = sorted(name for name, number in days.items() if name not in SET or type(number) is not int or number < 1)
    if wrong or given.keys() - {"days"}:
        raise ValueError(f"{path}: [days] has whole numbers of at least 1 for {', '.join(sorted(SET))} only")
    return {Period(name): number for name, number in days.items()}
