"""A meeting of an agenda in the reader's language: subject, other side, place, languages.

Confidential parts of needs stay hidden: pages, print and calendars all take their texts from here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from i18n import Translator, _
from i18n.text import script
from server.delegates.showing import SeatedDelegate, seated
from server.models import (
    CalendarEntry,
    Delegate,
    Interpreter,
    Need,
    Organisation,
    Registration,
    Side,
    TranslationState,
)
from server.names import called, left, organisation_name
from server.needs.disclosure import hides_title, to_expert
from server.schemes import scheme_of
from server.translations.reading import TextReader, Written

NO_TEXT = Written("", "", "", "")
# Translators: stands where the name of a participant would stand
NOT_AGREED = _("A participant who has not given consent yet")
# Translators: stands where the name of a participant would stand
LEFT = _("A participant who has left the event")

# Translators: stands where the name of an interpreter would stand
NOT_NAMED = _("Interpreter (name not shown)")


class MeetingRole(StrEnum):
    """The role of the agenda's owner in a meeting."""

    EXPERT = "expert"
    ENTERPRISE = "enterprise"
    INTERPRETER = "interpreter"


@dataclass(frozen=True)
class AgendaMeeting:
    """A meeting in a person's agenda. entry: with the relations of `service.RELATIONS`.

    is_released: the owner no longer interprets the meeting; entry then has the former time and state, cancelled.
    delegates: those who sit at the meeting and whom the owner may see, if the need names some; with persons.
    """

    entry: CalendarEntry
    part: MeetingRole
    is_released: bool = False
    delegates: tuple[Delegate, ...] = ()

    @property
    def sequence(self) -> int:
        """SEQUENCE of the VEVENT in the owner's calendar."""
        is_told = self.part is MeetingRole.INTERPRETER and not self.is_released
        return self.entry.sequence + (self.entry.staffings if is_told else 0)


@dataclass(frozen=True)
class TaggedText:
    """A text by a person. tag: BCP 47, "" if the language is unknown."""

    text: str
    tag: str = ""


@dataclass(frozen=True)
class Name:
    """A name as the reader can read it, and its other spelling or ""."""

    shown: str
    beside: TaggedText = TaggedText("")


@dataclass(frozen=True)
class Counterpart:
    """A person or firm on the other side. about: position and affiliation. note: to those who meet them."""

    side: Side
    name: Name
    about: tuple[Written, ...] = ()
    note: Written = NO_TEXT


@dataclass(frozen=True)
class ShownMeeting:
    """A meeting for a reader. title: "" if confidential or missing. topics: labels.

    counterparts: one, or expert and enterprise for the interpreter. languages: the two languages interpreted between,
    or the common languages of both sides. delegates: who of the enterprise sits at the meeting, if the need says so.
    """

    id: int
    uid: str
    start_at: datetime
    end_at: datetime
    is_cancelled: bool
    title: Written
    topics: tuple[str, ...]
    is_confidential: bool
    counterparts: tuple[Counterpart, ...]
    table: int
    hall: Written
    interpreter: Name | None
    is_own_interpreting: bool
    languages: tuple[str, ...]
    delegates: tuple[SeatedDelegate, ...] = ()

    @property
    def has_drafts(self) -> bool:
        """Whether a text of the meeting is a machine translation that nobody has checked."""
        every = (self.title, *(text for each in self.counterparts for text in (*each.about, each.note)))
        return any(text.state is TranslationState.MACHINE for text in every)


def shown(held: AgendaMeeting, translator: Translator, texts: TextReader) -> ShownMeeting:
    """Return the meeting for a reader. texts: what shows the texts of participants to this reader."""
    entry, part = held.entry, held.part
    is_confidential = _is_confidential(entry.need, part)
    is_hidden = any(is_kept_back(party, part) for party in (entry.expert, entry.enterprise))
    return ShownMeeting(
        id=entry.id,
        uid=entry.uid,
        start_at=entry.start_at,
        end_at=entry.end_at,
        is_cancelled=entry.is_cancelled,
        title=NO_TEXT if is_confidential or is_hidden else _title(entry, part, texts),
        topics=() if is_hidden else _topics(entry, translator),
        is_confidential=is_confidential,
        counterparts=tuple(_counterparts(held, translator, texts)),
        table=entry.table.number,
        hall=texts.of_event(entry.table.hall.name),
        interpreter=interpreter_name(entry.interpreter, part, translator.code) if entry.interpreter_id else None,
        is_own_interpreting=part is MeetingRole.INTERPRETER,
        languages=languages_of(entry),
        delegates=()
        if entry.is_cancelled or is_kept_back(entry.enterprise, part)
        else seated(held.delegates, translator.code),
    )


def _is_confidential(need: Need | None, part: MeetingRole) -> bool:
    hidden = need is not None and hides_title(need)
    return hidden and part is not MeetingRole.ENTERPRISE


def _title(entry: CalendarEntry, part: MeetingRole, texts: TextReader) -> Written:
    # A pair with mutual wishes may have no need; then the subject is what the expert offers.
    if entry.need is None:
        return texts.headline(entry.expert)
    is_own = part is MeetingRole.ENTERPRISE
    # As far as the reader may see it: the language of a hidden text stays hidden, too.
    return texts.title(entry.need if is_own else to_expert(entry.need, is_agreed=not entry.is_cancelled))


def _topics(entry: CalendarEntry, translator: Translator) -> tuple[str, ...]:
    known, chosen = scheme_of(entry.expert.event), entry.need.topics if entry.need else []
    return tuple(known.label(topic, translator.tag) for topic in chosen if topic in known.topics)


def _counterparts(held: AgendaMeeting, translator: Translator, texts: TextReader) -> Iterable[Counterpart]:
    expert, enterprise, locale = held.entry.expert, held.entry.enterprise, translator.code
    if held.part is not MeetingRole.EXPERT:
        about = tuple(each for each in (texts.position(expert), texts.affiliation(expert)) if each)
        yield (
            _nameless(expert, translator)
            if is_kept_back(expert, held.part)
            else Counterpart(Side.EXPERT, person_spellings(expert, locale), about, texts.note(expert))
        )
    if held.part is not MeetingRole.ENTERPRISE:
        yield (
            _nameless(enterprise, translator)
            if is_kept_back(enterprise, held.part)
            else Counterpart(
                Side.ENTERPRISE, organisation_spellings(enterprise.organisation, locale), note=texts.note(enterprise)
            )
        )


def is_kept_back(party: Registration, reader: MeetingRole) -> bool:
    """Return whether the party has not given consent to be shown to the other side. Interpreters see both sides."""
    return reader not in (MeetingRole.INTERPRETER, MeetingRole(party.side.value)) and party.agreed_at is None


def _nameless(party: Registration, translator: Translator) -> Counterpart:
    why = LEFT if party.withdrawn_at is not None else NOT_AGREED
    return Counterpart(party.side, Name(translator.translate(why)))


def interpreter_name(interpreter: Interpreter, reader: MeetingRole, locale: str) -> Name:
    """Return the name of an interpreter, which the two sides see unless the interpreter has withdrawn the consent."""
    is_seen = reader is MeetingRole.INTERPRETER or interpreter.withheld_at is None or interpreter.person.is_erased
    return person_spellings(interpreter, locale) if is_seen else Name(Translator(locale).translate(NOT_NAMED))


def languages_of(entry: CalendarEntry) -> tuple[str, ...]:
    """Return tags: common talk languages of both sides, or for the interpreter the expert's and the enterprise's."""
    expert, enterprise = _primary(entry.expert), _primary(entry.enterprise)
    if not entry.interpreter_id:
        return tuple(tag for tag in expert if tag in enterprise)
    joined = [_subtag(tag) for tag in entry.interpreter.languages]
    found = (next((tag for tag in joined if tag in side), None) for side in (expert, enterprise))
    return tuple(dict.fromkeys(tag for tag in found if tag))


def _primary(party: Registration) -> Sequence[str]:
    return list(dict.fromkeys(map(_subtag, party.talk_languages)))


def _subtag(tag: str) -> str:
    return tag.partition("-")[0].lower()


# Names ------------------------------------------------------------------------------------------------------------


def person_spellings(row: Registration | Interpreter, locale: str) -> Name:
    """Return the person's name, never the e-mail address, which only the person may disclose."""
    read, beside = called(row).for_reader(locale)
    return Name(left(locale) if not read and row.person.is_erased else read, tagged(beside or ""))


def organisation_spellings(organisation: Organisation, locale: str) -> Name:
    """Return the registered name, with the Latin name for readers who do not read Chinese."""
    if locale.startswith("zh") or not organisation.latin_name:
        return Name(organisation_name(organisation, locale))
    return Name(organisation.latin_name, tagged(organisation.name))


def party_spellings(party: Registration, locale: str) -> Name:
    """Return the name of an expert or enterprise."""
    if party.side == Side.ENTERPRISE:
        return organisation_spellings(party.organisation, locale)
    return person_spellings(party, locale)


def tagged(name: str) -> TaggedText:
    """Return a name with a language tag for the choice of font: zh-Hans if it has Chinese characters, else ""."""
    return TaggedText(name, "zh-Hans" if any(script(char) == "CJK" for char in name) else "")
