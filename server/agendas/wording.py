"""Sentences that the agenda's page, print and calendar share."""

from collections.abc import Mapping

from i18n import Message, _, formats, pgettext_
from server.agendas.meetings import Counterpart, ShownMeeting
from server.delegates.showing import with_role
from server.models import Side
from server.plans.staleness import Why
from server.translations.marking import marked

UNCERTAIN = _("This meeting is uncertain. The organiser will plan it again and e-mail you.")
# For both sides and the interpreter: nothing confidential from one side to the other.
FOR_PEOPLE: Mapping[Why, Message] = {
    Why.PARTY_GONE: _("One side of this meeting no longer takes part."),
    Why.PROGRAMME: _("A programme item takes place at this time."),
    Why.SLOT_GONE: _("The times of the event have changed."),
    Why.SLOT_MOVED: _("The times of the event have changed."),
    Why.TABLE_GONE: _("The table was removed."),
    Why.TABLE_CLOSED: _("The table is not available at this time."),
    Why.INTERPRETER_GONE: _("The interpreter of this meeting is no longer available."),
}


def counterparts_of(meeting: ShownMeeting) -> str:
    """Return the name of the other side, or both names for the interpreter."""
    shown = (each.name.shown or next((text.text for text in each.about), "") for each in meeting.counterparts)
    return " – ".join(shown)


def summary_of(meeting: ShownMeeting, locale: str) -> Message:
    """Return a sentence with the other side and the subject."""
    with_whom = counterparts_of(meeting)
    about = marked_subject_of(meeting, locale)
    if about is None:
        # Translators: name: the other side; for an interpreter both
        return pgettext_("label", "Meeting: %(name)s", name=with_whom)
    # Translators: name: the other side; for an interpreter both. subject: the title of a need, or topics
    return pgettext_("heading", "%(name)s: %(subject)s", name=with_whom, subject=about)


def subject_of(meeting: ShownMeeting) -> str | None:
    """Return the title of the need, or its topics if the title is confidential; None if there is neither."""
    return meeting.title.text or " · ".join(meeting.topics) or None


def marked_subject_of(meeting: ShownMeeting, locale: str) -> str | Message | None:
    """Return the subject with what the reader has to know about its translation, for places without markup."""
    return marked(meeting.title, locale) if meeting.title else subject_of(meeting)


def topics_line(meeting: ShownMeeting) -> str:
    """Return labels separated by dots, because labels can have commas and "and"."""
    return " · ".join(meeting.topics)


def table_and_hall(meeting: ShownMeeting) -> Message:
    """Return the table's number with the hall's name."""
    if meeting.hall.text:
        # Translators: hall: the name of a hall
        return pgettext_("label", "Table %(number)s, %(hall)s", number=meeting.table, hall=meeting.hall.text)
    return pgettext_("label", "Table %(number)s", number=meeting.table)


def description_of(meeting: ShownMeeting, locale: str) -> list[Message]:
    """Return one line for each known fact."""
    lines = []
    for each in meeting.counterparts:
        spelled = _spelled(each, locale)
        # Translators: name: the expert’s name and organisation
        line = (
            pgettext_("label", "Expert: %(name)s", name=spelled),
            # Translators: name: the enterprise
            pgettext_("label", "Enterprise: %(name)s", name=spelled),
        )
        lines.append(line[0] if each.side == Side.EXPERT else line[1])
    if meeting.title.text:
        # Translators: title: the title of a need
        lines.append(pgettext_("label", "Subject: %(title)s", title=marked_subject_of(meeting, locale)))
    if meeting.title.state:
        # Translators: title: the title of a need, as the enterprise wrote it
        lines.append(pgettext_("label", "Original text: %(title)s", title=meeting.title.original))
    if meeting.topics:
        # Translators: topics: labels of topics
        lines.append(pgettext_("label", "Topics: %(topics)s", topics=topics_line(meeting)))
    return [*lines, *delegate_lines(meeting), languages_line(meeting, locale), *_notes(meeting, locale)]


def delegate_lines(meeting: ShownMeeting) -> list[Message]:
    """Return one line for each delegate who sits at the meeting."""
    # Translators: name: the delegate’s name and role
    return [pgettext_("label", "Delegate: %(name)s", name=with_role(each)) for each in meeting.delegates]


def _notes(meeting: ShownMeeting, locale: str) -> list[Message]:
    noted = [each.note for each in meeting.counterparts if each.note and not meeting.is_cancelled]
    # Translators: note: what the other side should know before the meeting, in their own words
    return [pgettext_("label", "Note to meeting partners: %(note)s", note=marked(note, locale)) for note in noted]


def _spelled(each: Counterpart, locale: str) -> str | Message:
    """Return the names of the other side, its position and organisation."""
    found: str | Message = " · ".join(filter(None, (each.name.shown, each.name.beside.text)))
    for text in each.about:
        # Translators: name: of a person. about: the person’s position or organisation
        found = (
            pgettext_("label", "%(name)s · %(about)s", name=found, about=marked(text, locale)) if found else text.text
        )
    return found


def languages_line(meeting: ShownMeeting, locale: str) -> Message:
    """Return who interprets between which languages, or the common language."""
    names = [formats.language(tag, locale) for tag in meeting.languages]
    if meeting.is_own_interpreting:
        # Translators: languages: the two languages of the meeting
        return pgettext_("label", "Interpreting: %(languages)s", languages=" ⇄ ".join(names))
    if meeting.interpreter is not None:
        languages = " ⇄ ".join(names)
        # Translators: name: the interpreter. languages: the two languages of the meeting
        return pgettext_(
            "label", "Interpreter: %(name)s, %(languages)s", name=meeting.interpreter.shown, languages=languages
        )
    if not names:
        return pgettext_("status", "No interpreter")
    # Translators: languages: one or several names of languages, joined by “or”
    return _("Meeting language: %(languages)s; no interpreter", languages=formats.sequence(names, locale, style="or"))
