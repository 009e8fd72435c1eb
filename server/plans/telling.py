"""E-mails about a published plan: who is told, and what. No database access."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from i18n import Message, Translator, _, formats, pgettext_
from server.agendas.entries import Change, ChangeKind, MeetingPlace
from server.agendas.meetings import MeetingRole
from server.emails import MeetingChange, PlanPublished
from server.models import Delegate, Event, Need, Person
from server.pages import zone_of
from server.plans.directory import Directory
from server.plans.subjects import Subjects
from server.relaying import Relays
from server.schemes import scheme_of
from server.translations.reading import TextReader, Translations
from server.translations.showing import read_by


@dataclass(frozen=True)
class EmailLine:
    """One line of a person's e-mail. counterpart: ids of the other side, for an interpreter of both sides."""

    kind: ChangeKind
    change: Change
    counterpart: tuple[int, ...]

    @property
    def part(self) -> MeetingRole:
        """The role of the reader in the meeting."""
        if len(self.counterpart) > 1:
            return MeetingRole.INTERPRETER
        is_expert = self.counterpart == (self.change.enterprise_id,)
        return MeetingRole.EXPERT if is_expert else MeetingRole.ENTERPRISE


def people_told(
    changes: Iterable[Change], people: Directory, delegates: Iterable[Delegate]
) -> list[tuple[Person, list[EmailLine]]]:
    """Return everybody with a changed meeting and the lines of their e-mail, by person."""
    sent: dict[int, list[Person]] = defaultdict(list)
    for delegate in delegates:
        sent[delegate.registration_id].append(delegate.person)
    found: dict[int, tuple[Person, list[EmailLine]]] = {}
    for role, id, told in _told(changes):
        for person in sent[id] if role is MeetingRole.ENTERPRISE else [_person(people, role, id)]:
            found.setdefault(person.id, (person, []))[1].append(told)
    return [found[id] for id in sorted(found)]


def number_told(
    changes: Iterable[Change], people: Directory, delegates: Iterable[tuple[int, int]], relays: Relays
) -> int:
    """Return about how many people an e-mail is written.

    delegates: (registration, person) of those with an address. relays: of the event.
    """
    sent: dict[int, list[int]] = defaultdict(list)
    for registration, person in delegates:
        sent[registration].append(person)
    readers = {(role, id) for role, id, _told_of in _told(changes)}
    told = {person for role, id in readers if role is MeetingRole.ENTERPRISE for person in sent[id]}
    others = (_person(people, role, id) for role, id in readers if role is not MeetingRole.ENTERPRISE)
    return len(told | {person.id for person in others if person.has_address or relays.get(person.id)})


def _told(changes: Iterable[Change]) -> Iterator[tuple[MeetingRole, int, EmailLine]]:
    """Yield who is told what: the id of a party or an interpreter, and a line of their e-mail."""
    for change in changes:
        expert, enterprise = change.expert_id, change.enterprise_id
        yield MeetingRole.EXPERT, expert, EmailLine(change.kind, change, (enterprise,))
        yield MeetingRole.ENTERPRISE, enterprise, EmailLine(change.kind, change, (expert,))
        for interpreter, kind in _interpreters_told(change):
            yield MeetingRole.INTERPRETER, interpreter, EmailLine(kind, change, (expert, enterprise))


def _person(people: Directory, role: MeetingRole, id: int) -> Person:
    """Return the expert or the interpreter with this id."""
    found: Person = (people.parties if role is MeetingRole.EXPERT else people.interpreters)[id].person
    return found


def _interpreters_told(change: Change) -> list[tuple[int, ChangeKind]]:
    before = change.before.interpreter_id if change.before else None
    after = change.after.interpreter_id if change.after else None
    if before == after:
        return [] if after is None else [(after, change.kind)]
    ended = ChangeKind.CANCELLED if change.after is None else ChangeKind.RELEASED
    told = [(before, ended), (after, ChangeKind.ADDED)]
    return [(interpreter, kind) for interpreter, kind in told if interpreter is not None]


def email_about(
    told: Sequence[EmailLine],
    *,
    event: Event,
    locale: str,
    places: Directory,
    needs: Mapping[int, Need],
    texts: Translations,
) -> PlanPublished:
    """Return an e-mail that says for each kind of change the meetings by time.

    locale: of the reader. needs: of the meetings, by key. texts: translations of the event.
    """
    translator = Translator(locale)
    reader = TextReader(texts, locale, _read_by(told[0], places))
    subjects = Subjects(places, needs, scheme_of(event), reader, translator)
    spoken = Sentences(places, translator, zone_of(event), subjects)

    def start(each: EmailLine) -> datetime:
        place = each.change.after or each.change.before
        assert place is not None
        return place.start_at

    lines: dict[ChangeKind, list[MeetingChange]] = {kind: [] for kind in ChangeKind}
    for each in sorted(told, key=start):
        lines[each.kind].append(MeetingChange(said=spoken.of(each)))
    return PlanPublished(
        added=lines[ChangeKind.ADDED],
        moved=lines[ChangeKind.MOVED],
        reseated=lines[ChangeKind.RESEATED],
        staffed=lines[ChangeKind.STAFFED],
        cancelled=lines[ChangeKind.CANCELLED],
        released=lines[ChangeKind.RELEASED],
        has_drafts=any(
            subjects.has_draft(each.change.expert_id, place, each.part)
            for each in told
            if (place := each.change.after or each.change.before) is not None
        ),
        path=f"/e/{event.slug}/agenda",
    )


def _read_by(told: EmailLine, places: Directory) -> Sequence[str]:
    """Return the languages of the reader, as primary tags, those known best first."""
    change, part = told.change, told.part
    if part is MeetingRole.INTERPRETER:
        return read_by(places.interpreters.get(_interpreter_of(told) or 0))
    return read_by(places.parties.get(change.expert_id if part is MeetingRole.EXPERT else change.enterprise_id))


def _interpreter_of(told: EmailLine) -> int | None:
    """Return the interpreter who reads the line."""
    is_former = told.kind in (ChangeKind.RELEASED, ChangeKind.CANCELLED)
    place = told.change.before if is_former else told.change.after
    return place.interpreter_id if place else None


@dataclass(frozen=True)
class Sentences:
    """Sentences about changed meetings, in a reader's language. subjects: None to leave out what meetings are about."""

    places: Directory
    translator: Translator
    zone: ZoneInfo
    subjects: Subjects | None = None

    def of(self, told: EmailLine) -> list[str]:
        """Return sentences about time and place, then about the subject, then about the interpreter."""
        before, after = told.change.before, told.change.after
        found = [_where(told, self._values(told))]
        if self.subjects is not None and (place := after or before) is not None:
            found += self.subjects.of(told.change.expert_id, place, told.part)
        if told.kind is ChangeKind.RELEASED and after is not None:
            found.append(self._successor(after.interpreter_id))
        elif after is not None:
            found += self._staffing(told, before, after)
        if (
            before
            and after
            and before.need_id != after.need_id
            and told.kind not in (ChangeKind.ADDED, ChangeKind.RELEASED)
        ):
            found.append(_("The meeting has a new subject. See your agenda."))
        return [self.translator.translate(message) for message in found]

    def _values(self, told: EmailLine) -> dict[str, str]:
        parties = [self.places.party(id, self.translator.code) for id in told.counterpart]
        values = {"parties": formats.sequence(parties, self.translator.code)}
        for name, place in (("before", told.change.before), ("after", told.change.after)):
            if place is not None:
                values[name] = formats.interval(place.start_at, place.end_at, self.translator.code, self.zone)
                values[f"{name}_table"] = str(self.places.tables[place.table_id].number)
        return values

    def _staffing(self, told: EmailLine, before: MeetingPlace | None, after: MeetingPlace) -> list[Message]:
        was, now = before.interpreter_id if before else None, after.interpreter_id
        if told.kind is ChangeKind.ADDED and len(told.counterpart) > 1:
            # The reader interprets the meeting.
            # Translators: name: an interpreter
            return [_("Interpreter before you: %(name)s", name=self._name(was))] if was else []
        if was == now or told.kind is ChangeKind.ADDED:
            # Translators: name: the interpreter
            return (
                [pgettext_("label", "Interpreter: %(name)s", name=self._name(now))]
                if now and told.kind is ChangeKind.ADDED
                else []
            )
        if now is None:
            # Translators: name: an interpreter
            return [_("The meeting now has no interpreter. Interpreter before: %(name)s", name=self._name(was))]
        if was is None:
            # Translators: name: the interpreter
            return [_("Interpreter: %(name)s. Before, the meeting had no interpreter.", name=self._name(now))]
        # Translators: name, before: names of interpreters
        return [
            _("Interpreter: %(name)s. Interpreter before: %(before)s", name=self._name(now), before=self._name(was))
        ]

    def _successor(self, interpreter_id: int | None) -> Message:
        if interpreter_id is None:
            return _("The meeting now has no interpreter.")
        # Translators: name: the interpreter
        return pgettext_("label", "Interpreter now: %(name)s", name=self._name(interpreter_id))

    def _name(self, interpreter_id: int | None) -> str:
        return self.places.interpreter(interpreter_id or 0, self.translator.code)


def _where(told: EmailLine, values: Mapping[str, str]) -> Message:
    """Return when and where the meeting is and was. values: before, before_table, after, after_table, parties."""
    if told.kind in (ChangeKind.CANCELLED, ChangeKind.RELEASED):
        # Translators: before: day and time. parties: the other side; for an interpreter both
        return pgettext_("heading", "%(before)s, table %(before_table)s: %(parties)s", **values)
    if told.kind is ChangeKind.MOVED:
        # Translators: before, after: day and time. parties: the other side; for an interpreter both
        return _(
            "%(parties)s: now %(after)s, table %(after_table)s. Before: %(before)s, table %(before_table)s", **values
        )
    if told.kind is ChangeKind.RESEATED:
        # Translators: after: day and time. parties: the other side; for an interpreter both
        return _("%(parties)s: %(after)s, now at table %(after_table)s. Before: table %(before_table)s", **values)
    # Translators: after: day and time. parties: the other side; for an interpreter both
    return pgettext_("heading", "%(after)s, table %(after_table)s: %(parties)s", **values)
