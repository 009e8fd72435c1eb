"""A meeting of somebody's agenda in a reader's words: about what, with whom, where, in which language.

What a need keeps confidential stays so: pages, paper and calendars all take their words from here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from i18n import Translator, _, tag_of
from i18n.text import script
from server.models import CalendarEntry, Confidentiality, Interpreter, Need, Organisation, Registration, Side
from server.names import called
from server.schemes import scheme_of

# Translators: stands where the name of a participant would stand
NOT_AGREED = _("A participant who has not given consent yet")
# Translators: stands where the name of a participant would stand
LEFT = _("A participant who has left the event")


class Part(StrEnum):
    """What the agenda's owner is in a meeting."""

    EXPERT = "expert"
    ENTERPRISE = "enterprise"
    INTERPRETER = "interpreter"


@dataclass(frozen=True)
class Held:
    """A meeting in somebody's agenda. entry: with the relations of `service.RELATIONS`.

    is_released: the owner interpreted it, and does so no longer; then the entry is as it stood, cancelled.
    """

    entry: CalendarEntry
    part: Part
    is_released: bool = False

    @property
    def sequence(self) -> int:
        """Of the VEVENT in the owner's calendar."""
        is_told = self.part is Part.INTERPRETER and not self.is_released
        return self.entry.sequence + (self.entry.staffings if is_told else 0)


@dataclass(frozen=True)
class Words:
    """What somebody wrote. tag: BCP 47, "" where the language is not known."""

    text: str
    tag: str = ""


@dataclass(frozen=True)
class Name:
    """A name as its reader can read it, and another spelling of it, empty where there is none."""

    shown: str
    beside: Words = Words("")


@dataclass(frozen=True)
class Counterpart:
    """Who sits on the other side. about: position and affiliation."""

    side: Side
    name: Name
    about: str = ""


@dataclass(frozen=True)
class ShownMeeting:
    """A meeting for a reader. title: empty where it is confidential or there is none. topics: labels.

    counterparts: one, or expert and enterprise for the interpreter. languages: the two that are interpreted between, or
    those that both sides speak.
    """

    id: int
    uid: str
    start_at: datetime
    end_at: datetime
    is_cancelled: bool
    title: Words
    topics: tuple[str, ...]
    is_confidential: bool
    counterparts: tuple[Counterpart, ...]
    table: int
    hall: Words
    interpreter: Name | None
    is_own_interpreting: bool
    languages: tuple[str, ...]


def shown(held: Held, translator: Translator) -> ShownMeeting:
    """The meeting for that reader."""
    entry, part = held.entry, held.part
    is_confidential = _is_confidential(entry.need, part)
    is_hidden = any(is_kept_back(party, part) for party in (entry.expert, entry.enterprise))
    hall, hall_locale = translator.text(entry.table.hall.name)
    return ShownMeeting(
        id=entry.id,
        uid=entry.uid,
        start_at=entry.start_at,
        end_at=entry.end_at,
        is_cancelled=entry.is_cancelled,
        title=Words("") if is_confidential or is_hidden else _title(entry),
        topics=() if is_hidden else _topics(entry, translator),
        is_confidential=is_confidential,
        counterparts=tuple(_counterparts(held, translator)),
        table=entry.table.number,
        hall=Words(hall, tag_of(hall_locale)),
        interpreter=_interpreter(entry, translator.code),
        is_own_interpreting=part is Part.INTERPRETER,
        languages=languages_of(entry),
    )


def _is_confidential(need: Need | None, part: Part) -> bool:
    hidden = need is not None and need.confidentiality == Confidentiality.FIELD_ONLY
    return hidden and part is not Part.ENTERPRISE


def _title(entry: CalendarEntry) -> Words:
    # Pairs that wish for each other may have no need in common; then what the expert offers is what they talk about.
    if entry.need is None:
        return Words(entry.expert.headline, tag_of(entry.expert.text_locale))
    return Words(entry.need.title, tag_of(entry.need.text_locale))


def _topics(entry: CalendarEntry, translator: Translator) -> tuple[str, ...]:
    known, chosen = scheme_of(entry.expert.event), entry.need.topics if entry.need else []
    return tuple(known.label(topic, translator.tag) for topic in chosen if topic in known.topics)


def _counterparts(held: Held, translator: Translator) -> Iterable[Counterpart]:
    expert, enterprise, locale = held.entry.expert, held.entry.enterprise, translator.code
    if held.part is not Part.EXPERT:
        about = " · ".join(filter(None, (expert.position, expert.affiliation)))
        yield (
            _nameless(expert, translator)
            if is_kept_back(expert, held.part)
            else Counterpart(Side.EXPERT, person_name(expert, locale), about)
        )
    if held.part is not Part.ENTERPRISE:
        yield (
            _nameless(enterprise, translator)
            if is_kept_back(enterprise, held.part)
            else Counterpart(Side.ENTERPRISE, organisation_name(enterprise.organisation, locale))
        )


def is_kept_back(party: Registration, reader: Part) -> bool:
    """Whether nobody agrees that the party is shown to the other side. Interpreters serve both and read both."""
    return reader not in (Part.INTERPRETER, Part(party.side.value)) and party.agreed_at is None


def _nameless(party: Registration, translator: Translator) -> Counterpart:
    why = LEFT if party.withdrawn_at is not None else NOT_AGREED
    return Counterpart(party.side, Name(translator.translate(why)))


def _interpreter(entry: CalendarEntry, locale: str) -> Name | None:
    return person_name(entry.interpreter, locale) if entry.interpreter_id else None


def languages_of(entry: CalendarEntry) -> tuple[str, ...]:
    """Tags: those in which both sides hold talks, or the expert's and the enterprise's that the interpreter joins."""
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


def person_name(row: Registration | Interpreter, locale: str) -> Name:
    """Never the address, which is the person's own to give."""
    read, beside = called(row).for_reader(locale)
    return Name(read, written(beside or ""))


def organisation_name(organisation: Organisation, locale: str) -> Name:
    """The registered name beside the one in Latin letters, except for readers of Chinese."""
    if locale.startswith("zh") or not organisation.latin_name:
        return Name(organisation.name)
    return Name(organisation.latin_name, written(organisation.name))


def party_name(party: Registration, locale: str) -> Name:
    """Of either side."""
    if party.side == Side.ENTERPRISE:
        return organisation_name(party.organisation, locale)
    return person_name(party, locale)


def written(name: str) -> Words:
    """A name whose language its script gives away: only Chinese characters do that well enough for a typeface."""
    return Words(name, "zh-Hans" if any(script(char) == "CJK" for char in name) else "")
