"""The sentences of an agenda that its page, its paper and its calendar share."""

from collections.abc import Mapping

from i18n import Message, _, formats
from server.agendas.meetings import ShownMeeting
from server.models import Side
from server.plans.staleness import Why

UNCERTAIN = _("This meeting is uncertain. The organiser arranges it anew and writes to you.")
# For the two and their interpreter: nothing that one of them may not know of another.
FOR_PEOPLE: Mapping[Why, Message] = {
    Why.PARTY_GONE: _("One side of this meeting takes part no longer."),
    Why.PROGRAMME: _("The programme takes this time."),
    Why.SLOT_GONE: _("The times of the event have changed."),
    Why.SLOT_MOVED: _("The times of the event have changed."),
    Why.TABLE_GONE: _("The table is removed."),
    Why.INTERPRETER_GONE: _("The interpreter of this meeting is no longer there."),
}


def counterparts_of(meeting: ShownMeeting) -> str:
    """With whom: one name, or both for the interpreter."""
    return " – ".join(each.name.shown or each.about for each in meeting.counterparts)


def summary_of(meeting: ShownMeeting) -> Message:
    """With whom, and about what."""
    with_whom = counterparts_of(meeting)
    about = subject_of(meeting)
    if about is None:
        return _("Meeting: %(name)s", name=with_whom)
    return _("%(name)s: %(subject)s", name=with_whom, subject=about)


def subject_of(meeting: ShownMeeting) -> str | None:
    """The title, or the field where the title is confidential; None where there is neither."""
    return meeting.title.text or " · ".join(meeting.topics) or None


def topics_of(meeting: ShownMeeting) -> str:
    """Labels side by side: they may hold commas and an "and" of their own."""
    return " · ".join(meeting.topics)


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
        lines.append(_("Subject: %(title)s", title=meeting.title.text))
    if meeting.topics:
        lines.append(_("Topics: %(topics)s", topics=topics_of(meeting)))
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
