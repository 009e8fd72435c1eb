"""Types of form fields that several features share: addresses, time zones, languages of e-mails, texts in languages."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo

from i18n import LOCALES, _
from server import addresses
from server.events.clock import instant
from server.forms import BlankIsNone, Fault, Fields, Form, Line, Text
from server.models.base import MAX_ID


def _email(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        address = addresses.canonical(value)
    except addresses.AddressError:
        raise Fault(_("Enter an e-mail address such as anna@example.org."), code="address-format") from None
    if not addresses.can_be_reached(address):
        raise Fault(
            _("This site can send e-mail only to addresses with Latin letters before the @. Enter another address."),
            code="address-not-reachable",
        )
    return address


# The id of a row.
RowId = Annotated[int, Field(ge=1, le=MAX_ID)]
Email = Annotated[Line, BeforeValidator(_email), Field(max_length=254)]


YEARS = range(2000, 2100)


def _of_our_time(day: date) -> date:
    if day.year not in YEARS:
        raise Fault(_("Enter a date such as 2026-05-21."), code="date-parsing")
    return day


Day = Annotated[date, AfterValidator(_of_our_time)]


def _at_the_venue(wall: datetime | None, info: ValidationInfo) -> datetime | None:
    """Return the instant of a time at the venue. The context has its `zone`."""
    if wall is None:
        return None
    if wall.year not in YEARS:
        raise Fault(_("Enter a date such as 2026-05-21."), code="date-parsing")
    if wall.tzinfo is not None:
        return wall.astimezone(UTC)
    assert info.context is not None
    return instant(wall.date(), wall.time(), info.context["zone"])


# A day and time at the venue, read with the venue's `zone` in the context; empty for not known.
VenueTime = Annotated[datetime | None, BlankIsNone, AfterValidator(_at_the_venue)]


def venue_times(columns: Mapping[str, Any], names: Iterable[str], zone: ZoneInfo) -> dict[str, str]:
    """Return the instants among these columns as `VenueTime` fields have them; NULL ones are left out."""
    return {name: f"{columns[name].astimezone(zone):%Y-%m-%dT%H:%M}" for name in names if columns.get(name)}


def saved_at_the_venue(form: Form, names: Iterable[str], zone: ZoneInfo) -> Form:
    """Return the form with the instants that others have saved as times at the venue, for people to read."""
    saved = {name: datetime.fromisoformat(form.saved[name]) for name in names if form.saved.get(name)}
    shown = {name: f"{at.astimezone(zone):%Y-%m-%d %H:%M}" for name, at in saved.items()}
    return replace(form, saved={**form.saved, **shown})


def _known_zone(zone: str) -> str:
    if zone and zone not in available_timezones():
        raise Fault(_("Enter a time zone such as Europe/Moscow."), code="unknown-time-zone")
    return zone


OwnZone = Annotated[Line, AfterValidator(_known_zone)]


def _known_locale(code: str) -> str:
    if code and code not in LOCALES:
        raise Fault(_("Choose one of the options."), code="not-an-option")
    return code


# Language of e-mails to a person who is added by hand; "" for the event's first language.
MailLocale = Annotated[str, AfterValidator(_known_locale)]
MAIL_LOCALES = tuple((code, locale.endonym) for code, locale in LOCALES.items())


# Texts in languages ------------------------------------------------------------------------------------------------


def in_languages(field: str, most: int, *, several_lines: bool = False) -> dict[str, Any]:
    """Return optional form fields `<field>_<locale>` for all interface languages."""
    kind: Any = Text if several_lines else Line
    return {f"{field}_{code}": (Annotated[kind, Field(max_length=most)], "") for code in LOCALES}


def collected(form: Fields, field: str) -> dict[str, str]:
    """Return {locale: text} from the fields of `in_languages`, without empty ones."""
    texts = {code: getattr(form, f"{field}_{code}") for code in LOCALES}
    return {code: text for code, text in texts.items() if text}


def is_unsaid(form: Fields, field: str) -> bool:
    """Return whether all fields of `in_languages` are empty."""
    return form.has(*(f"{field}_{code}" for code in LOCALES)) and not collected(form, field)


def spread(field: str, texts: Mapping[str, str]) -> dict[str, str]:
    """Return form values `<field>_<locale>` from {locale: text}."""
    return {f"{field}_{code}": texts.get(code, "") for code in LOCALES}
