"""Published meetings of people, and calendars made of them."""

import hashlib
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parseaddr
from functools import partial
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

from tortoise.expressions import Q, Subquery

from i18n import Message, Translator, interface_locales, pgettext_, tag_of
from i18n.text import unlinked
from server import addresses
from server.agendas import ics
from server.agendas.entries import uid_of
from server.agendas.meetings import AgendaMeeting, MeetingRole, shown
from server.agendas.wording import FOR_PEOPLE, UNCERTAIN, description_of, summary_of, table_and_hall
from server.db import rows_of
from server.delegates.service import sitting_at
from server.memory import WHOLE, Counts, remembered
from server.models import CalendarEntry, Delegate, Event, Interpreter, Person, Registration, Release, Side
from server.plans.staleness import Lost, lost_in_force_ever, to_come
from server.settings import Settings
from server.translations.reading import TextReader, Translations, translations_of
from server.translations.showing import read_by
from server.visible import as_seen

RELATIONS = (
    "expert__person",
    "expert__event",
    "enterprise__organisation",
    "table__hall",
    "interpreter__person",
    "need",
)
# Few people interpret, and the ORM takes ten milliseconds to say so.
HAS_RELEASES = """SELECT EXISTS (
        SELECT 1 FROM "release" JOIN interpreter ON interpreter.id = "release".interpreter_id
        WHERE interpreter.event_id = ?1 AND interpreter.person_id = ?2
    )"""
MAX_ALARM_MIN = 24 * 60
RENDERED = 8  # calendars of one person in memory: languages and options


@dataclass(frozen=True)
class Options:
    """A person's calendar options. locale: an interface locale, None for the account's.

    with_cancelled: show cancelled meetings as cancelled until their time has passed. alarm_min: minutes before each
    meeting, None for no alarm.
    """

    locale: str | None = None
    with_cancelled: bool = True
    alarm_min: int | None = None

    @property
    def query(self) -> str:
        """The query string that asks for these options."""
        asked = {
            "lang": tag_of(self.locale) if self.locale else None,
            "cancelled": None if self.with_cancelled else "0",
            "alarm": self.alarm_min,
        }
        given = {name: value for name, value in asked.items() if value is not None}
        return f"?{urlencode(given)}" if given else ""


# Meetings ---------------------------------------------------------------------------------------------------------


async def meetings_of_person(event: Event, person: Person, counts: Counts | None = None) -> list[AgendaMeeting]:
    """Return all present and cancelled meetings in the person's agenda, by time.

    counts: as for `memory.remembered`. One query if nothing in the event has changed, else at most four.
    """
    name = "meetings of person", person.id
    return await remembered(
        event.id, name, WHOLE, lambda: _read_meetings(event, person), counts=counts, weigh=lambda found: len(found) * 8
    )


async def _read_meetings(event: Event, person: Person) -> list[AgendaMeeting]:
    sent_by = Subquery(Delegate.filter(person_id=person.id).values("registration_id"))
    whose = Q(expert__person_id=person.id) | Q(enterprise_id__in=sent_by) | Q(interpreter__person_id=person.id)
    entries = [AgendaMeeting(entry, _part(entry, person)) for entry in await _entries(event.id, whose)]
    standing = await _seated(event.id, entries)
    [[has_releases]] = await rows_of(HAS_RELEASES, event.id, person.id)
    released = await _releases(event.id, Q(interpreter__person_id=person.id)) if has_releases else []
    return _as_seen(_with_released(standing, released))


async def meetings_of_party(registration: Registration) -> list[AgendaMeeting]:
    """Return all present and cancelled meetings of a party, by time. Two queries."""
    part = MeetingRole.EXPERT if registration.side == Side.EXPERT else MeetingRole.ENTERPRISE
    whose = Q(expert_id=registration.id) | Q(enterprise_id=registration.id)
    entries = await _entries(registration.event_id, whose)
    return _as_seen(await _seated(registration.event_id, [AgendaMeeting(entry, part) for entry in entries]))


async def meetings_of_interpreter(interpreter: Interpreter) -> list[AgendaMeeting]:
    """Return all present and cancelled meetings of an interpreter, by time. Two queries."""
    whose = Q(interpreter_id=interpreter.id)
    entries = [AgendaMeeting(entry, MeetingRole.INTERPRETER) for entry in await _entries(interpreter.event_id, whose)]
    standing = await _seated(interpreter.event_id, entries)
    return _as_seen(_with_released(standing, await _releases(interpreter.event_id, whose)))


def _as_seen(meetings: Iterable[AgendaMeeting]) -> list[AgendaMeeting]:
    """Return the meetings with of each expert what the owner of the agenda may read."""
    found = list(meetings)
    for each in found:
        if each.part is not MeetingRole.EXPERT:
            each.entry.expert = as_seen(each.entry.expert, is_agreed=not each.entry.is_cancelled)
    return found


async def _seated(event_id: int, meetings: Sequence[AgendaMeeting]) -> list[AgendaMeeting]:
    """Return the meetings with the delegates who sit at them. Two queries if a need names any."""
    sitting = await sitting_at(event_id, [each.entry.need for each in meetings])
    return [
        replace(each, delegates=sitting.at(each.entry.need, is_own=each.part is MeetingRole.ENTERPRISE))
        for each in meetings
    ]


async def _entries(event_id: int, whose: Q) -> Sequence[CalendarEntry]:
    found = CalendarEntry.filter(whose, event_id=event_id).order_by("start_at", "id")
    rows: Sequence[CalendarEntry] = await found.select_related(*RELATIONS)
    return rows


async def _releases(event_id: int, whose: Q) -> Sequence[Release]:
    relations = [f"entry__{name}" for name in ("expert__person", "expert__event", "enterprise__organisation")]
    found = Release.filter(whose, entry__event_id=event_id)
    rows: Sequence[Release] = await found.select_related(*relations, "table__hall", "interpreter__person", "need")
    return rows


def _with_released(meetings: Iterable[AgendaMeeting], releases: Iterable[Release]) -> list[AgendaMeeting]:
    """Return meetings and releases by time; another role in a released meeting goes before its release."""
    standing = {each.entry.id: each for each in meetings}
    released = [AgendaMeeting(_as_it_stood(each), MeetingRole.INTERPRETER, is_released=True) for each in releases]
    kept = [*standing.values(), *(each for each in released if each.entry.id not in standing)]
    return sorted(kept, key=lambda each: (each.entry.start_at, each.entry.id))


def _as_it_stood(release: Release) -> CalendarEntry:
    """Return the meeting as it was when the interpreter was removed: an entry that is shown and never stored."""
    entry: CalendarEntry = release.entry
    entry.is_cancelled = True
    entry.sequence, entry.changed_at = release.sequence, release.changed_at
    entry.start_at, entry.end_at = release.start_at, release.end_at
    entry.table, entry.interpreter, entry.need = release.table, release.interpreter, release.need
    return entry


def _part(entry: CalendarEntry, person: Person) -> MeetingRole:
    if entry.expert.person_id == person.id:
        return MeetingRole.EXPERT
    if entry.interpreter_id and entry.interpreter.person_id == person.id:
        return MeetingRole.INTERPRETER
    return MeetingRole.ENTERPRISE


# Calendars --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Rendered:
    """A calendar as it is sent. tag: its strong ETag."""

    body: bytes
    tag: str


@dataclass(frozen=True)
class _Calendars:
    """What calendars of a person are made of. lost: meetings of the person, begun ones too. rendered: those already
    made, by everything else that they depend on.
    """

    event: Event
    meetings: Sequence[AgendaMeeting]
    lost: Sequence[Lost]
    translations: Translations
    rendered: dict[Hashable, "Rendered"] = field(default_factory=dict)

    def phase(self, now: datetime) -> int:
        """Return how many starts and ends of the meetings have passed: it decides what is shown."""
        times = [at for each in self.meetings for at in (each.entry.start_at, each.entry.end_at)]
        return sum(at <= now for at in (*times, *(each.start_at for each in self.lost)))


async def calendar_of(event: Event, person: Person, settings: Settings) -> bytes:
    """Return the person's meetings at the event as text/calendar, in the person's language. Queries as for `feed`."""
    return (await feed(event.id, person.id, settings, spoken=person.locale)).body


async def feed(
    event_id: int,
    person_id: int,
    settings: Settings,
    *,
    spoken: str,
    options: Options = Options(),
    source: str = "",
    counts: Counts | None = None,
    now: datetime | None = None,
) -> Rendered:
    """Return a person's meetings at an event as they are sent.

    One query if nothing in the event has changed, none with counts, else 25. spoken: the language of the person's
    account. source: URL of the feed, if it is one. counts: as for `memory.remembered`. now: decides which cancelled
    meetings have passed.
    """
    name, read = ("calendars of person", person_id), partial(_read_calendars, event_id, person_id)
    made = await remembered(event_id, name, WHOLE, read, counts=counts, weigh=lambda _found: 20)
    moment = now or datetime.now(UTC)
    key = settings.base_url, spoken, options, source, made.phase(moment)
    if key not in made.rendered:
        if len(made.rendered) >= RENDERED:
            made.rendered.clear()
        known = spoken if spoken in interface_locales(pseudo=settings.pseudo_locales) else "en"
        body = calendar(
            made.event,
            made.meetings,
            settings,
            translations=made.translations,
            locale=options.locale or known,
            options=options,
            source=source,
            now=moment,
            uncertain=_reasons(to_come(made.lost, moment)),
        )
        made.rendered[key] = Rendered(body, f'"{hashlib.sha256(body).hexdigest()[:32]}"')
    return made.rendered[key]


async def _read_calendars(event_id: int, person_id: int) -> _Calendars:
    event, person = await Event.get(id=event_id), await Person.get(id=person_id)
    meetings = await meetings_of_person(event, person)
    pairs = {(each.entry.expert_id, each.entry.enterprise_id) for each in meetings}
    lost = await lost_in_force_ever(event.id) if meetings else []
    texts = await translations_of(event.id)
    return _Calendars(event, meetings, [each for each in lost if _pair(each) in pairs], texts)


async def uncertain_of(event: Event, counts: Counts | None = None) -> dict[tuple[int, int], list[Message]]:
    """Return the reasons why published meetings have become impossible, as both sides may read them.

    By (expert, enterprise). counts: as for `memory.remembered`. One query if nothing in the event has changed.
    """
    return _reasons(to_come(await lost_in_force_ever(event.id, counts), datetime.now(UTC)))


def _reasons(found: Iterable[Lost]) -> dict[tuple[int, int], list[Message]]:
    return {_pair(each): [UNCERTAIN, *filter(None, (FOR_PEOPLE.get(each.why),))] for each in found}


def _pair(lost: Lost) -> tuple[int, int]:
    return lost.meeting.expert_id, lost.meeting.enterprise_id


def calendar(
    event: Event,
    held: Iterable[AgendaMeeting],
    settings: Settings,
    *,
    translations: Translations,
    locale: str,
    options: Options = Options(),
    name: str | None = None,
    path: str | None = None,
    source: str = "",
    now: datetime | None = None,
    uncertain: Mapping[tuple[int, int], Sequence[Message]] = MappingProxyType({}),
) -> bytes:
    """Return meetings as text/calendar in a locale. uncertain: as from `uncertain_of`.

    name: of the calendar; None for the event's name, "" for no name. path: of the page that entries link to, None for
    the reader's own agenda.
    """
    translator = Translator(locale, event_locale=event.locales[0] if event.locales else None)
    held = list(held)
    texts = TextReader(translations, locale, _read_by(held))
    event_name = translator.text(event.name)[0]
    page = settings.base_url + (path or f"/e/{event.slug}/agenda")
    moment = now or datetime.now(UTC)
    # Sorted by keys that do not change when a meeting is moved.
    kept = sorted((each for each in held if _is_kept(each.entry, options, moment)), key=lambda each: each.entry.id)
    return ics.file_bytes(
        ics.CalendarFile(
            tag=translator.tag,
            zone=event.time_zone,
            organiser=ics.CalendarOrganiser(event_name, addresses.wire(parseaddr(settings.mail_from)[1])),
            entries=tuple(
                _entry(each, event, translator, texts, page, uncertain, settings.public_host) for each in kept
            ),
            name=event_name if name is None else name,
            source=source,
            alarm_min=options.alarm_min,
        )
    )


def _read_by(held: Sequence[AgendaMeeting]) -> Sequence[str]:
    """Return the languages of the agenda's owner, as primary tags, those known best first."""
    for each in held:
        owners = {MeetingRole.EXPERT: each.entry.expert, MeetingRole.ENTERPRISE: each.entry.enterprise}
        return read_by(owners.get(each.part, each.entry.interpreter))
    return ()


def _is_kept(entry: CalendarEntry, options: Options, now: datetime) -> bool:
    return not entry.is_cancelled or (options.with_cancelled and entry.end_at > now)


def _entry(
    held: AgendaMeeting,
    event: Event,
    translator: Translator,
    texts: TextReader,
    page: str,
    uncertain: Mapping[tuple[int, int], Sequence[Message]],
    public_host: str,
) -> ics.Entry:
    meeting, entry = shown(held, translator, texts), held.entry
    doubts = [] if entry.is_cancelled else uncertain.get((entry.expert_id, entry.enterprise_id), ())
    summary = summary_of(meeting, translator.code)
    if meeting.is_cancelled:
        # Translators: meeting: the title of a calendar entry, with whom and about what the meeting is
        summary = pgettext_("status", "Cancelled: %(meeting)s", meeting=summary)
    place = [table_and_hall(meeting), event.place]
    # Calendar programs make links of anything like a URL, also in names of people and firms.
    lines = (*doubts, *description_of(meeting, translator.code))
    description = (unlinked(_text(line, translator)) for line in lines)
    return ics.Entry(
        uid=uid_of(entry, public_host),
        sequence=held.sequence,
        changed_at=entry.changed_at,
        start_at=entry.start_at,
        end_at=entry.end_at,
        summary=unlinked(translator.translate(summary)),
        location=", ".join(filter(None, (_text(part, translator) for part in place))),
        description="\n".join(description),
        url=f"{page}#meeting-{entry.id}",
        is_cancelled=entry.is_cancelled,
        is_tentative=bool(doubts),
        has_drafts=meeting.has_drafts,
    )


def _text(part: Message | Any, translator: Translator) -> str:
    return translator.translate(part) if isinstance(part, Message) else translator.text(part)[0]
