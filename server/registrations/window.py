"""The registration window of an event."""

from datetime import UTC, datetime

from i18n import LOCALES, Message, _, formats
from server.errors import Refused
from server.models import Event
from server.pages import zone_of


class RegistrationClosed(Refused):
    """Outside the registration window, with times in the event's zone. is_early: it has not opened yet."""

    def __init__(self, event: Event) -> None:
        self.is_early = datetime.now(UTC) < event.registration_opens_at
        at, zone = event.registration_opens_at if self.is_early else event.registration_closes_at, zone_of(event)
        when, offset = {code: formats.date_time(at, code, zone) for code in LOCALES}, formats.utc_offset(at, zone)
        super().__init__(
            # Translators: when: day and time. zone: the name of a time zone
            _("Registration opens on %(when)s (%(zone)s).", when=when, zone=offset)
            if self.is_early
            # Translators: when: day and time. zone: the name of a time zone
            else _("Registration closed on %(when)s (%(zone)s).", when=when, zone=offset)
        )


def closing(event: Event) -> Message | None:
    """Return when registration opens or closed, or None while it is open."""
    is_open = event.registration_opens_at <= datetime.now(UTC) < event.registration_closes_at
    return None if is_open else RegistrationClosed(event).message


def is_over(event: Event) -> bool:
    """Return whether the registration window has closed."""
    return datetime.now(UTC) >= event.registration_closes_at


def refuse_if_closed(event: Event) -> None:
    """Raise RegistrationClosed outside the window. It concerns new registrations; changes are always possible."""
    if closing(event) is not None:
        raise RegistrationClosed(event)
