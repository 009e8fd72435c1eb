"""Forms of the pages that set up an event."""

import re
from collections.abc import Iterator
from datetime import datetime, time
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, create_model, field_validator

from i18n import LOCALES, _, ngettext_
from server.events.clock import end_minute_of, instant, minute_of
from server.events.values import GridValues, InterpreterValues
from server.fields import Day, Email, MailLocale, in_languages, is_unsaid
from server.forms import BlankIsNone, Fault, Fields, Line
from server.models import Right
from server.models.base import LINE, NAME, TEXT
from server.models.registrations import MAX_MEETINGS
from server.speaking import Languages

MAX_DAYS = 14
MAX_SLOTS = 400
MAX_TABLES = 400
SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")
NAME_IN_ONE = _("Enter a text in at least one language.")
FIRST_NAME = f"name_{next(iter(LOCALES))}"


def _without_offset(clock: time) -> time:
    if clock.tzinfo is not None:
        raise Fault(_("Enter a time such as 09:30."), code="time-parsing")
    return clock


def _midnight(typed: Any) -> Any:
    return "00:00" if isinstance(typed, str) and typed.strip() in ("24:00", "24:00:00") else typed


WallTime = Annotated[time, AfterValidator(_without_offset)]
# A time at which something ends: 00:00 and 24:00 mean midnight at the end of the day.
EndTime = Annotated[WallTime, BeforeValidator(_midnight)]
OptionalTime = Annotated[WallTime | None, BlankIsNone]


def known_zone(zone: str) -> str:
    """Return the time zone. Raises Fault for an unknown one."""
    if zone not in available_timezones():
        raise Fault(_("Enter a time zone such as Asia/Shanghai."), code="unknown-time-zone")
    return zone


class _EventTexts(Fields):
    time_zone: Annotated[Line, AfterValidator(known_zone)]
    opens_on: Day
    opens_at: WallTime
    closes_on: Day
    closes_at: WallTime
    locales: list[str] = Field(min_length=1)
    slug: Line
    expert_min_meetings: int = Field(default=0, ge=0, le=MAX_MEETINGS)
    enterprise_min_meetings: int = Field(default=0, ge=0, le=MAX_MEETINGS)
    contact_email: Email | Literal[""] = ""

    @field_validator("contact_email", mode="before")
    @classmethod
    def _none_or_address(cls, typed: object) -> object:
        return typed.strip() if isinstance(typed, str) else typed

    @field_validator("slug")
    @classmethod
    def _address(cls, slug: str) -> str:
        if not SLUG.fullmatch(slug):
            raise Fault(
                _("Use lower-case Latin letters, digits and hyphens: at most 64 characters, for example beilun-2026."),
                code="slug-format",
            )
        return slug

    @field_validator("locales")
    @classmethod
    def _offered(cls, locales: list[str]) -> list[str]:
        if unknown := set(locales) - set(LOCALES):
            # Translators: language: what was typed for a language
            raise Fault(
                _("This language is not known: %(language)s.", language=sorted(unknown)[0][:20]),
                code="unknown-language",
            )
        return [code for code in LOCALES if code in locales]

    def across(self) -> Iterator[Fault]:
        if is_unsaid(self, "name"):
            yield Fault(NAME_IN_ONE, FIRST_NAME, code="missing")
        unfit = [fault for end in ("opens", "closes") if (fault := self._clock_fault(end))]
        yield from unfit
        if unfit or not self.has("opens_on", "closes_on"):
            return
        are_days_enough = self.closes_on < self.opens_on
        if are_days_enough or (self.has("time_zone", "opens_at", "closes_at") and self.closes <= self.opens):
            yield Fault(_("Registration must close after it opens."), "closes_on", code="closes-before-it-opens")

    def _clock_fault(self, end: str) -> Fault | None:
        """Return the fault of a time that a clock change skips or repeats, or None."""
        if not self.has("time_zone", f"{end}_on", f"{end}_at"):
            return None
        try:
            instant(getattr(self, f"{end}_on"), getattr(self, f"{end}_at"), ZoneInfo(self.time_zone))
        except Fault as fault:
            return Fault(fault.message, f"{end}_at", code=fault.code)
        return None

    @property
    def opens(self) -> datetime:
        return instant(self.opens_on, self.opens_at, ZoneInfo(self.time_zone))

    @property
    def closes(self) -> datetime:
        return instant(self.closes_on, self.closes_at, ZoneInfo(self.time_zone))


EventTexts: type[_EventTexts] = create_model(
    "EventTexts",
    __base__=_EventTexts,
    **in_languages("name", NAME),
    **in_languages("place", LINE),
    **in_languages("description", TEXT, several_lines=True),
)

# The form by which an administrator creates an event for its owner.
OwnedEvent: type[_EventTexts] = create_model(
    "OwnedEvent", __base__=EventTexts, owner=(Email, ...), mail_locale=(MailLocale, "")
)


class Grid(Fields):
    """Days, and how each day is divided into slots. Wall time at the venue; lengths in minutes."""

    first_day: Day
    last_day: Day
    day_start: WallTime
    day_end: EndTime
    length_min: int = Field(ge=5, le=240)
    break_min: int = Field(ge=0, le=120)
    pause_start: OptionalTime = None
    pause_end: OptionalTime = None

    def across(self) -> Iterator[Fault]:
        found = [*self._of_days(), *self._of_hours(), *self._of_pause()]
        yield from found
        if found or not self.has(*type(self).model_fields):
            return
        values = self.values()
        if not values.wall_slots():
            yield Fault(
                _("This day is too short for a slot. Make the day longer or the slots shorter."),
                "length_min",
                code="day-too-short",
            )
        if len(values.wall_slots()) * len(values.days) > MAX_SLOTS:
            yield Fault(
                ngettext_(
                    "An event can have at most %(num)s slot.", "An event can have at most %(num)s slots.", MAX_SLOTS
                ),
                "length_min",
                code="too-many-slots",
            )

    def _of_days(self) -> Iterator[Fault]:
        if not self.has("first_day", "last_day"):
            return
        if self.last_day < self.first_day:
            yield Fault(_("The last day is before the first day."), "last_day", code="ends-before-it-starts")
        if (self.last_day - self.first_day).days >= MAX_DAYS:
            yield Fault(
                ngettext_(
                    "An event can have at most %(num)s day.", "An event can have at most %(num)s days.", MAX_DAYS
                ),
                "last_day",
                code="too-many-days",
            )

    def _of_hours(self) -> Iterator[Fault]:
        if self.has("day_start", "day_end") and end_minute_of(self.day_end) <= minute_of(self.day_start):
            yield Fault(_("The day ends before it starts."), "day_end", code="ends-before-it-starts")

    def _of_pause(self) -> Iterator[Fault]:
        if not self.has("pause_start", "pause_end"):
            return
        if (self.pause_start is None) != (self.pause_end is None):
            yield Fault(
                _("Enter both the start and the end of the midday break, or leave both empty."),
                "pause_end",
                code="half-a-break",
            )
        if self.pause_start and self.pause_end and self.pause_end <= self.pause_start:
            yield Fault(_("The midday break ends before it starts."), "pause_end", code="ends-before-it-starts")

    def values(self) -> GridValues:
        pauses = [(self.pause_start, self.pause_end)] if self.pause_start and self.pause_end else []
        return GridValues(**self.model_dump(exclude={"pause_start", "pause_end"}), pauses=pauses)


class Moved(Fields):
    """The form that moves an event to a new first day."""

    first_day: Day


class _HallFields(Fields):
    tables: int = Field(ge=1, le=MAX_TABLES)

    def across(self) -> Iterator[Fault]:
        if is_unsaid(self, "name"):
            yield Fault(NAME_IN_ONE, FIRST_NAME, code="missing")


HallFields: type[_HallFields] = create_model("HallFields", __base__=_HallFields, **in_languages("name", NAME))


class _PlenaryFields(Fields):
    day: Day
    start: WallTime
    end: EndTime
    side: str = ""

    @field_validator("side")
    @classmethod
    def _known_side(cls, side: str) -> str:
        if side not in ("", "expert", "enterprise"):
            raise Fault(_("Choose one of the options."), code="not-an-option")
        return side

    def across(self) -> Iterator[Fault]:
        if is_unsaid(self, "name"):
            yield Fault(NAME_IN_ONE, FIRST_NAME, code="missing")
        if self.has("start", "end") and end_minute_of(self.end) <= minute_of(self.start):
            yield Fault(_("The end is before the start."), "end", code="ends-before-it-starts")


PlenaryFields: type[_PlenaryFields] = create_model(
    "PlenaryFields", __base__=_PlenaryFields, **in_languages("name", NAME)
)


class InterpreterFields(Fields):
    """The form of an interpreter, for organisers."""

    email: Email
    full_name: Annotated[Line, Field(min_length=1, max_length=NAME)]
    mail_locale: MailLocale = ""
    languages: Annotated[Languages, Field(min_length=2)]
    available: list[int] = Field(default=[])
    max_meetings: Annotated[Annotated[int, Field(ge=0, le=1000)] | None, BlankIsNone] = None
    max_consecutive: Annotated[Annotated[int, Field(ge=1, le=100)] | None, BlankIsNone] = None

    def values(self) -> InterpreterValues:
        return InterpreterValues(
            languages=self.languages,
            available=self.available,
            max_meetings=self.max_meetings,
            max_consecutive=self.max_consecutive,
        )


def _offered_languages(languages: list[str]) -> list[str]:
    if set(languages) - set(LOCALES):
        raise Fault(_("Choose from the options."), code="not-an-option")
    return [code for code in LOCALES if code in languages]


class HelperFields(Fields):
    """The form that adds somebody who helps at the event, such as a reviewer."""

    email: Email
    mail_locale: MailLocale = ""


class TranslatorFields(HelperFields):
    """The form that adds a translator. languages: interface locales, none for all."""

    languages: Annotated[list[str], AfterValidator(_offered_languages)] = Field(default=[])


class ReviewRules(Fields):
    """The form of the rules by which needs are reviewed."""

    reviews_needs: bool = False
    clears_needs: bool = False


class OrganiserFields(HelperFields):
    """The form that adds an organiser."""

    rights: list[Right] = Field(default=[])


class RightsFields(Fields):
    """The form of what an organiser may do."""

    rights: list[Right] = Field(default=[])
