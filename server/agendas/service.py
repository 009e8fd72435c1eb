"""What stands in people's agendas since the plan was published, and the calendars made of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parseaddr
from typing import Any

from tortoise.expressions import Q, Subquery

from i18n import LOCALES, Message, Translator, _, formats
from server.agendas import ics
from server.agendas.meetings import Held, Part, ShownMeeting, shown
from server.models import CalendarEntry, Delegate, Event, Interpreter, Person, Registration, Side
from server.settings import Settings

RELATIONS = (
    "expert__person",
    "enterprise__organisation",
    "table__hall",
    "interpreter__person",
    "need",
)
MAX_ALARM_MIN = 24 * 60


@dataclass(frozen=True)
class Options:
    """How somebody wants their calendar. locale: an interface locale, None for the account's own.

    with_cancelled: keep cancelled meetings, struck out, until their time has passed. alarm_min: minutes before each
    meeting, None for no alarm.
    """

    locale: str | None = None
    with_cancelled: bool = True
    alarm_min: int | None = None


# Meetings ---------------------------------------------------------------------------------------------------------


async def meetings_of_person(event: Event, person: Person) -> list[Held]:
    """Every meeting that stands or stood in the person's agenda, by time. One query."""
    sent_by = Subquery(Delegate.filter(person_id=person.id).values("registration_id"))
    whose = Q(expert__person_id=person.id) | Q(enterprise_id__in=sent_by) | Q(interpreter__person_id=person.id)
    return [Held(entry, _part(entry, person)) for entry in await _entries(event.id, whose)]


async def meetings_of_party(registration: Registration) -> list[Held]:
    """The same for all who act for a party."""
    part = Part.EXPERT if registration.side == Side.EXPERT else Part.ENTERPRISE
    whose = Q(expert_id=registration.id) | Q(enterprise_id=registration.id)
    return [Held(entry, part) for entry in await _entries(registration.event_id, whose)]


async def meetings_of_interpreter(interpreter: Interpreter) -> list[Held]:
    """The same for an interpreter."""
    whose = Q(interpreter_id=interpreter.id)
    return [Held(entry, Part.INTERPRETER) for entry in await _entries(interpreter.event_id, whose)]


async def _entries(event_id: int, whose: Q) -> Sequence[CalendarEntry]:
    found = CalendarEntry.filter(whose, event_id=event_id).order_by("start_at", "id")
    rows: Sequence[CalendarEntry] = await found.select_related(*RELATIONS)
    return rows


def _part(entry: CalendarEntry, person: Person) -> Part:
    if entry.expert.person_id == person.id:
        return Part.EXPERT
    if entry.interpreter_id and entry.interpreter.person_id == person.id:
        return Part.INTERPRETER
    return Part.ENTERPRISE


# Calendars --------------------------------------------------------------------------------------------------------


async def calendar_of(
    event: Event,
    person: Person,
    settings: Settings,
    *,
    options: Options = Options(),
    source: str = "",
    now: datetime | None = None,
) -> bytes:
    """The person's meetings at the event as text/calendar, in the person's language. One query.

    source: the address of the feed that the calendar is read from, if it is one. now: decides which cancelled meetings
    have passed.
    """
    held = await meetings_of_person(event, person)
    locale = options.locale or (person.locale if person.locale in LOCALES else "en")
    return calendar(event, held, settings, locale=locale, options=options, source=source, now=now)


def calendar(
    event: Event,
    held: Iterable[Held],
    settings: Settings,
    *,
    locale: str,
    options: Options = Options(),
    name: str | None = None,
    path: str | None = None,
    source: str = "",
    now: datetime | None = None,
) -> bytes:
    """These meetings as text/calendar for a reader of that locale.

    name: what the calendar is called, the event's name where it is None, nothing at all where it is empty. path: of the
    page that entries link to, where it is not the reader's own agenda.
    """
    translator = Translator(locale, event_locale=event.locales[0] if event.locales else None)
    event_name = translator.text(event.name)[0]
    page = settings.base_url + (path or f"/e/{event.slug}/agenda")
    moment = now or datetime.now(UTC)
    kept = [each for each in held if _is_kept(each.entry, options, moment)]
    return ics.written(
        ics.Calendar(
            host=settings.public_host,
            tag=translator.tag,
            zone=event.time_zone,
            organiser=ics.Organiser(event_name, parseaddr(settings.mail_from)[1]),
            entries=tuple(_entry(each, event, translator, page) for each in kept),
            name=event_name if name is None else name,
            source=source,
            alarm_min=options.alarm_min,
        )
    )


def _is_kept(entry: CalendarEntry, options: Options, now: datetime) -> bool:
    return not entry.is_cancelled or (options.with_cancelled and entry.end_at > now)


def _entry(held: Held, event: Event, translator: Translator, page: str) -> ics.Entry:
    meeting, entry = shown(held, translator), held.entry
    summary = summary_of(meeting)
    if meeting.is_cancelled:
        summary = _("Cancelled: %(meeting)s", meeting=summary)
    place = [table_and_hall(meeting), event.place]
    return ics.Entry(
        uid=entry.uid,
        sequence=entry.sequence,
        changed_at=entry.changed_at,
        start_at=entry.start_at,
        end_at=entry.end_at,
        summary=translator.translate(summary),
        location=", ".join(filter(None, (_text(part, translator) for part in place))),
        description="\n".join(_text(line, translator) for line in description_of(meeting, translator.code)),
        url=f"{page}#meeting-{entry.id}",
        is_cancelled=entry.is_cancelled,
    )


def _text(part: Message | Any, translator: Translator) -> str:
    return translator.translate(part) if isinstance(part, Message) else translator.text(part)[0]


# Words of a calendar ----------------------------------------------------------------------------------------------


def summary_of(meeting: ShownMeeting) -> Message:
    """With whom, and about what."""
    with_whom = " – ".join(each.name.shown or each.about for each in meeting.counterparts)
    about = subject_of(meeting)
    if about is None:
        return _("Meeting: %(name)s", name=with_whom)
    return _("%(name)s: %(subject)s", name=with_whom, subject=about)


def subject_of(meeting: ShownMeeting) -> str | None:
    """The title, or the field where the title is confidential; None where there is neither."""
    return meeting.title.text or ", ".join(meeting.topics) or None


def table_and_hall(meeting: ShownMeeting) -> Message:
    if meeting.hall.text:
        return _("Table %(number)s, %(hall)s", number=meeting.table, hall=meeting.hall.text)
    return _("Table %(number)s", number=meeting.table)


def description_of(meeting: ShownMeeting, locale: str) -> list[Message]:
    """A line for each thing to know, as far as it is known."""
    lines = []
    for each in meeting.counterparts:
        spelled = " · ".join(filter(None, (each.name.shown, each.name.beside.text, each.about)))
        line = _("Expert: %(name)s", name=spelled), _("Enterprise: %(name)s", name=spelled)
        lines.append(line[0] if each.side == Side.EXPERT else line[1])
    if meeting.title.text:
        lines.append(_("Need: %(title)s", title=meeting.title.text))
    if meeting.topics:
        lines.append(_("Topics: %(topics)s", topics=formats.sequence(meeting.topics, locale)))
    lines.append(languages_line(meeting, locale))
    return lines


def languages_line(meeting: ShownMeeting, locale: str) -> Message:
    """Who interprets between which languages, or which language needs no interpreter."""
    names = [formats.language(tag, locale) for tag in meeting.languages]
    if meeting.is_own_interpreting:
        return _("You interpret: %(languages)s", languages=" ⇄ ".join(names))
    if meeting.interpreter is not None:
        languages = " ⇄ ".join(names)
        return _("Interpreter: %(name)s, %(languages)s", name=meeting.interpreter.shown, languages=languages)
    if not names:
        return _("No interpreter")
    return _("Language: %(languages)s; no interpreter", languages=formats.sequence(names, locale, style="or"))
