"""The briefing before a meeting: the other side, what they offer, the need, and terms of the subject.

`needs.disclosure` decides what the reader may see of the need; interpreters see what the expert may see.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from i18n import Translator
from matching.affinity import Scheme
from server.agendas.meetings import AgendaMeeting, MeetingRole, ShownMeeting, is_kept_back, languages_of, shown
from server.models import CalendarEntry, Delegate, Need, NeedState, Registration, Side, Wish
from server.needs import disclosure
from server.needs.disclosure import ShownNeed
from server.registrations.agreeing import agreed_delegates
from server.schemes import scheme_of
from server.translations.reading import TextReader

MOST_TERMS = 6  # terms of a topic in one language


@dataclass(frozen=True)
class Term:
    """Terms of a topic by language column, label first; a column is empty if the language has no term."""

    names: Sequence[tuple[str, ...]]


@dataclass(frozen=True)
class Briefing:
    """A briefing for one reader. parties: whom the reader may see, loaded. delegates: of the enterprise, if the reader
    sees it from outside: those who sit at the meeting if the need names some, else all. need: or None. languages: tags
    of the term columns.
    """

    meeting: ShownMeeting
    part: MeetingRole
    parties: Sequence[Registration]
    delegates: Sequence[Delegate]
    need: ShownNeed | None
    languages: Sequence[str]
    terms: Sequence[Term]


async def briefing_of(held: AgendaMeeting, translator: Translator, texts: TextReader) -> Briefing:
    """Return the briefing of a meeting. At most four queries."""
    entry, topics = held.entry, scheme_of(held.entry.expert.event)
    need = await _need(entry, held.part)
    parties = [party for party in _others(held) if not is_kept_back(party, held.part)]
    languages = languages_of(entry) or (translator.tag,)
    chosen = [*(need.topics if need else ()), *(topic for party in parties for topic in party.topics)]
    return Briefing(
        meeting=shown(held, translator, texts),
        part=held.part,
        parties=parties,
        delegates=await _delegates(held, parties),
        need=need,
        languages=languages,
        terms=list(_terms(dict.fromkeys(chosen), languages, topics)),
    )


async def _delegates(held: AgendaMeeting, parties: Sequence[Registration]) -> Sequence[Delegate]:
    firm = next((party for party in parties if party.side == Side.ENTERPRISE), None)
    if firm is None:
        return ()
    return (() if held.entry.is_cancelled else held.delegates) or await agreed_delegates(firm)


def _others(held: AgendaMeeting) -> list[Registration]:
    sides = {Side.EXPERT: held.entry.expert, Side.ENTERPRISE: held.entry.enterprise}
    return [party for side, party in sides.items() if held.part.value != side.value]


async def _need(entry: CalendarEntry, part: MeetingRole) -> ShownNeed | None:
    need: Need | None = entry.need
    if need is None:
        return None
    if part is MeetingRole.ENTERPRISE:
        return disclosure.whole(need)
    if need.state != NeedState.PUBLISHED or is_kept_back(entry.enterprise, part):
        return None
    both = (entry.expert_id, entry.enterprise_id)
    wishes = {wish.by_id: wish.kind for wish in await Wish.filter(by_id__in=both, about_id__in=both)}
    # As on the match page: a published meeting counts as agreed; nothing is agreed with a party that has left.
    is_agreed = not entry.is_cancelled or disclosure.is_agreed(*(wishes.get(id) for id in both))
    return disclosure.to_expert(need, is_agreed=is_agreed and entry.expert.takes_part and entry.enterprise.takes_part)


def _terms(chosen: Iterable[str], languages: Sequence[str], topics: Scheme) -> Iterable[Term]:
    for id in chosen:
        topic = topics.topics.get(id)
        if topic is not None:
            yield Term([topic.names(tag)[: MOST_TERMS + 1] for tag in languages])
