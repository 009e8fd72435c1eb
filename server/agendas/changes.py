"""What the published plan version changed in a participant's agenda, compared with the version before."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from i18n import Message, _, formats, pgettext_
from server.agendas.meetings import AgendaMeeting, MeetingRole, ShownMeeting, interpreter_name
from server.agendas.wording import counterparts_of, marked_subject_of
from server.memory import WHOLE, Counts, remembered
from server.models import Event, Meeting, Plan, Publication


@dataclass(frozen=True)
class ShownChange:
    """badge: what kind of change, in two words. sentences: the old and the new."""

    badge: Message
    sentences: tuple[Message, ...]


@dataclass(frozen=True)
class Version:
    """The published plan. before: meetings of the version before by (expert, enterprise), None if this is the first
    version.
    """

    number: int
    published_at: datetime
    before: Mapping[tuple[int, int], Meeting] | None


async def version_of(event: Event, meetings: Sequence[AgendaMeeting], counts: Counts | None = None) -> Version | None:
    """Return the published version with the earlier state of these meetings, or None.

    counts: as for `memory.remembered`. One query if nothing in the event has changed, else four.
    """
    pairs = tuple((each.entry.expert_id, each.entry.enterprise_id) for each in meetings)
    return await remembered(event.id, ("version", pairs), WHOLE, lambda: _read_version(event, pairs), counts=counts)


async def _read_version(event: Event, pairs: Collection[tuple[int, int]]) -> Version | None:
    # Without problem and result, which are large.
    columns = ("plan__version", "plan__published_at")
    found = await Publication.filter(event_id=event.id).first().values(*columns)
    if found is None:
        return None
    published_at = found["plan__published_at"]
    earlier = Plan.filter(event_id=event.id, published_at__lt=published_at).order_by("-published_at")
    previous = await earlier.first().values("id")
    if previous is None:
        return Version(found["plan__version"], published_at, None)
    meetings = await Meeting.filter(
        plan_id=previous["id"],
        expert_id__in={expert for expert, _enterprise in pairs},
        enterprise_id__in={enterprise for _expert, enterprise in pairs},
    ).select_related("slot", "table", "interpreter__person")
    before = {(meeting.expert_id, meeting.enterprise_id): meeting for meeting in meetings}
    return Version(found["plan__version"], published_at, before)


def is_of_version(held: AgendaMeeting, version: Version) -> bool:
    """Return whether the published version changed the meeting."""
    return version.before is not None and bool(held.entry.changed_at >= version.published_at)


def change_of(
    held: AgendaMeeting, meeting: ShownMeeting, version: Version, locale: str, zone: ZoneInfo
) -> ShownChange | None:
    """Return what the version changed about the meeting; None if nothing, or if this is the first version."""
    if version.before is None or not is_of_version(held, version):
        return None
    before = version.before.get((held.entry.expert_id, held.entry.enterprise_id))
    name, now = counterparts_of(meeting), formats.date_time(held.entry.start_at, locale, zone)
    if held.is_released:
        # Translators: name: the other side; for an interpreter both. time: when the meeting begins
        sentence = _("%(name)s: you no longer interpret the meeting at %(time)s.", name=name, time=now)
        return ShownChange(pgettext_("meeting", "Cancelled"), (sentence,))
    if held.entry.is_cancelled:
        # Translators: name: the other side; for an interpreter both. time: when the meeting begins
        sentence = _("%(name)s: the meeting at %(time)s is cancelled.", name=name, time=now)
        return ShownChange(pgettext_("meeting", "Cancelled"), (sentence,))
    if before is None or _is_new_to_interpreter(held, before):
        # Translators: name: the other side; for an interpreter both. time: when the meeting begins
        sentence = _("%(name)s: new meeting at %(time)s.", name=name, time=now)
        return ShownChange(pgettext_("meeting", "New"), (sentence,))
    return _moved(held, meeting, before, locale, zone)


def _is_new_to_interpreter(held: AgendaMeeting, before: Meeting) -> bool:
    return held.part is MeetingRole.INTERPRETER and before.interpreter_id != held.entry.interpreter_id


def _moved(
    held: AgendaMeeting, meeting: ShownMeeting, before: Meeting, locale: str, zone: ZoneInfo
) -> ShownChange | None:
    entry, name = held.entry, counterparts_of(meeting)
    then, now = _times(before.slot.start_at, entry.start_at, locale, zone)
    found: list[tuple[Message, Message]] = []
    if before.slot.start_at != entry.start_at:
        # Translators: name: the other side; for an interpreter both. before, after: times
        sentence = _("%(name)s: the meeting moved from %(before)s to %(after)s.", name=name, before=then, after=now)
        found.append((pgettext_("status", "Time changed"), sentence))
    if before.table_id != entry.table_id:
        tables = {"before": before.table.number, "after": meeting.table}
        # Translators: name: the other side; for an interpreter both. before, after: numbers of tables
        sentence = _("%(name)s: the meeting moved from table %(before)s to table %(after)s.", name=name, **tables)
        found.append((pgettext_("status", "Table changed"), sentence))
    if before.interpreter_id != entry.interpreter_id:
        found.append((pgettext_("status", "Interpreter changed"), _interpreter_sentence(held, before, name, locale)))
    if before.need_id != entry.need_id:
        subject = marked_subject_of(meeting, locale) or ""
        # Translators: name: the other side; for an interpreter both. subject: the title of a need, or topics
        sentence = _("%(name)s: the meeting has a new subject: %(subject)s", name=name, subject=subject)
        found.append((pgettext_("status", "Subject changed"), sentence))
    return ShownChange(found[0][0], tuple(sentence for _badge, sentence in found)) if found else None


def _interpreter_sentence(held: AgendaMeeting, before: Meeting, name: str, locale: str) -> Message:
    entry, part = held.entry, held.part
    was = interpreter_name(before.interpreter, part, locale).shown if before.interpreter_id else None
    now = interpreter_name(entry.interpreter, part, locale).shown if entry.interpreter_id else None
    if now is None:
        # Translators: name: the other side; for an interpreter both. before: the name of an interpreter
        return _("%(name)s: the meeting now has no interpreter. Interpreter before: %(before)s", name=name, before=was)
    if was is None:
        # Translators: name: the other side; for an interpreter both. interpreter: a name
        return _(
            "%(name)s: new interpreter: %(interpreter)s. Before, the meeting had no interpreter.",
            name=name,
            interpreter=now,
        )
    names = {"name": name, "interpreter": now, "before": was}
    # Translators: name: the other side; for an interpreter both. interpreter, before: names of interpreters
    return _("%(name)s: new interpreter: %(interpreter)s. Interpreter before: %(before)s", **names)


def _times(before: datetime, after: datetime, locale: str, zone: ZoneInfo) -> tuple[str, str]:
    """Return the clock times, with dates if these differ."""
    if before.astimezone(zone).date() == after.astimezone(zone).date():
        return formats.time(before, locale, zone), formats.time(after, locale, zone)
    return formats.date_time(before, locale, zone), formats.date_time(after, locale, zone)
