"""Whom a party may meet, the best first, as far as that party may know them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from i18n.names import PersonName
from i18n.text import search_key
from matching import affinity
from server.models import Need, Registration, Side, WishKind
from server.names import party_name
from server.needs import disclosure
from server.needs.disclosure import ShownNeed
from server.plans.snapshot import Rows
from server.wishes.forms import Show
from server.wishes.scoring import Known


@dataclass(frozen=True)
class Match:
    """A party of the other side. name: "" while it is hidden. wish: the reader's own.

    score: of the need that fits best, in [0, 1]; None, as need is, where the enterprise has published none.
    others: further needs with their scores, the best first. is_agreed: both sides want to meet.
    """

    expert: Registration
    enterprise: Registration
    party: Registration
    name: str
    need: ShownNeed | None
    score: float | None
    others: tuple[tuple[ShownNeed, float], ...]
    wish: WishKind | None
    is_agreed: bool

    @property
    def points(self) -> int | None:
        """The score of a hundred."""
        return None if self.score is None else round(100 * self.score)

    @property
    def scored_needs(self) -> list[tuple[ShownNeed, float]]:
        """All of them, the best first."""
        best = [] if self.need is None or self.score is None else [(self.need, self.score)]
        return [*best, *self.others]

    @property
    def needs(self) -> list[ShownNeed]:
        return [need for need, _score in self.scored_needs]


def matches(rows: Rows, known: Known, reader: Registration, locale: str) -> list[Match]:
    """Everybody on the other side whom the reader may meet, by falling score; without a score last."""
    needs = _by_enterprise(rows)
    wishes = {(wish.by_id, wish.about_id): wish.kind for wish in rows.wishes}
    other = Side.ENTERPRISE if reader.side == Side.EXPERT else Side.EXPERT
    found = [_match(needs, wishes, known, reader, party, locale) for party in rows.of(other)]
    return sorted(found, key=lambda match: (-(match.score if match.score is not None else -1), match.party.id))


def match_of(rows: Rows, known: Known, reader: Registration, party: Registration, locale: str) -> Match:
    """The one with a party of the other side."""
    wishes = {(wish.by_id, wish.about_id): wish.kind for wish in rows.wishes}
    return _match(_by_enterprise(rows), wishes, known, reader, party, locale)


def _by_enterprise(rows: Rows) -> Mapping[int, list[Need]]:
    needs: dict[int, list[Need]] = defaultdict(list)
    for need in rows.needs:
        needs[need.registration_id].append(need)
    return needs


def _match(
    needs: Mapping[int, list[Need]],
    wishes: Mapping[tuple[int, int], WishKind],
    known: Known,
    reader: Registration,
    party: Registration,
    locale: str,
) -> Match:
    expert, enterprise = (reader, party) if reader.side == Side.EXPERT else (party, reader)
    own = wishes.get((reader.id, party.id))
    is_agreed = disclosure.is_agreed(own, wishes.get((party.id, reader.id)))
    published = needs.get(enterprise.id, [])
    ranked = sorted(((need, known.score(need.id, expert.id)) for need in published), key=lambda n: (-n[1], n[0].id))
    seen = [(_seen(need, reader, is_agreed), score) for need, score in ranked]
    is_named = reader.side == Side.ENTERPRISE or disclosure.is_named(published, is_agreed=is_agreed)
    return Match(
        expert=expert,
        enterprise=enterprise,
        party=party,
        name=party_name(party, locale) if is_named else "",
        need=seen[0][0] if seen else None,
        score=seen[0][1] if seen else None,
        others=tuple(seen[1:]),
        wish=own,
        is_agreed=is_agreed,
    )


def _seen(need: Need, reader: Registration, is_agreed: bool) -> ShownNeed:
    return disclosure.whole(need) if reader.side == Side.ENTERPRISE else disclosure.to_expert(need, is_agreed=is_agreed)


# -- Looking through them ------------------------------------------------------------------------------------------


def shown(found: Iterable[Match], show: Show) -> list[Match]:
    """Those that the filter lets through."""
    return [match for match in found if _is_shown(match, show)]


def _is_shown(match: Match, show: Show) -> bool:
    return {
        Show.ALL: True,
        Show.OPEN: match.wish is None,
        Show.WISHED: match.wish in disclosure.WANTED,
        Show.AGREED: match.is_agreed,
        Show.DECLINED: match.wish == WishKind.NO,
    }[show]


def found_by(matches: Sequence[Match], query: str, locale: str) -> list[Match]:
    """Those in whose visible words every word of the query stands. What is hidden is not searched."""
    words = search_key(query).split()
    return (
        [match for match in matches if all(word in searched(match, locale) for word in words)] if words else [*matches]
    )


def searched(match: Match, locale: str) -> str:
    """All that the reader can see of a match, folded for search."""
    label, topics = affinity.scheme().label, [topic for need in match.needs for topic in need.topics]
    lines = [match.name, *(need.words for need in match.needs)]
    if match.party.side == Side.EXPERT:
        expert, person = match.party, match.party.person
        lines += [PersonName(person.full_name, person.latin_name, person.zh_name).search_key]
        lines += [expert.headline, expert.offer, expert.affiliation]
        topics = [*topics, *expert.topics]
    elif match.name:
        lines += [match.party.organisation.name, match.party.organisation.latin_name]
    known = affinity.scheme().topics
    return search_key(" ".join([*lines, *(label(topic, locale) for topic in topics if topic in known)]))
