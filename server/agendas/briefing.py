"""What somebody reads before a meeting: who sits opposite, what they offer, the need, and the words of the subject.

A need is read as `needs.disclosure` lets this reader of this pair; interpreters read what the expert may.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from i18n import Translator
from matching.affinity import Scheme
from server.agendas.meetings import Held, Part, ShownMeeting, is_kept_back, languages_of, shown
from server.models import CalendarEntry, Need, NeedState, Registration, Side, Wish
from server.needs import disclosure
from server.needs.disclosure import ShownNeed
from server.schemes import scheme_of

MOST_TERMS = 6  # of a topic in one language


@dataclass(frozen=True)
class Term:
    """A topic's names in each of the languages, the label first, in their order; empty where it has none in one."""

    names: Sequence[tuple[str, ...]]


@dataclass(frozen=True)
class Briefing:
    """A meeting for one reader. parties: those whom the reader may read about, loaded. need: None where there is none.

    languages: tags of the words' columns.
    """

    meeting: ShownMeeting
    part: Part
    parties: Sequence[Registration]
    need: ShownNeed | None
    languages: Sequence[str]
    terms: Sequence[Term]


async def briefing_of(held: Held, translator: Translator) -> Briefing:
    """Two queries."""
    entry, topics = held.entry, scheme_of(held.entry.expert.event)
    need = await _need(entry, held.part)
    parties = [party for party in _others(held) if not is_kept_back(party, held.part)]
    languages = languages_of(entry) or (translator.tag,)
    chosen = [*(need.topics if need else ()), *(topic for party in parties for topic in party.topics)]
    return Briefing(
        meeting=shown(held, translator),
        part=held.part,
        parties=parties,
        need=need,
        languages=languages,
        terms=list(_terms(dict.fromkeys(chosen), languages, topics)),
    )


def _others(held: Held) -> list[Registration]:
    sides = {Side.EXPERT: held.entry.expert, Side.ENTERPRISE: held.entry.enterprise}
    return [party for side, party in sides.items() if held.part.value != side.value]


async def _need(entry: CalendarEntry, part: Part) -> ShownNeed | None:
    need: Need | None = entry.need
    if need is None:
        return None
    if part is Part.ENTERPRISE:
        return disclosure.whole(need)
    if need.state != NeedState.PUBLISHED or is_kept_back(entry.enterprise, part):
        return None
    both = (entry.expert_id, entry.enterprise_id)
    wishes = {wish.by_id: wish.kind for wish in await Wish.filter(by_id__in=both, about_id__in=both)}
    # As on the page of the match: a meeting that stands counts as agreed, and with nobody who has left one does.
    is_agreed = not entry.is_cancelled or disclosure.is_agreed(*(wishes.get(id) for id in both))
    return disclosure.to_expert(need, is_agreed=is_agreed and entry.expert.takes_part and entry.enterprise.takes_part)


def _terms(chosen: Iterable[str], languages: Sequence[str], topics: Scheme) -> Iterable[Term]:
    for id in chosen:
        topic = topics.topics.get(id)
        if topic is not None:
            yield Term([topic.names(tag)[: MOST_TERMS + 1] for tag in languages])
