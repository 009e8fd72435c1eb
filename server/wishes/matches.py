"""Matches of a party, best first, as far as the reader may see them."""

import asyncio
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TypeVar

from matching.affinity import Scheme
from server.barring.rules import MeetingRule
from server.memory import WHOLE, remembered
from server.models import CorrectionKind, Need, Registration, Side, TextField, WishKind
from server.models.registrations import CONFIRMING
from server.names import called, party_name
from server.needs import disclosure
from server.needs.disclosure import ShownNeed
from server.rows import EventRows
from server.scores.corrections import corrected
from server.scores.known import Known
from server.search import finding
from server.search.finding import Found, Way
from server.search.gathering import Item
from server.search.query import Query
from server.translations import sides
from server.translations.reading import TextReader
from server.translations.texts import PROFILE_FIELDS, of_party
from server.visible import as_seen, for_organisers
from server.wishes.forms import MatchesView, Show

T = TypeVar("T")
SEARCHED_OF_EXPERT = (*PROFILE_FIELDS, TextField.AFFILIATION)


@dataclass(frozen=True)
class Match:
    """A party of the other side. name: "" while hidden. wish: the reader's. assessment: an organiser's.

    score: of the best need, in [0, 1], after the assessment; None, like need, if the enterprise has no published
    need. others: other needs with scores, best first. is_without_object: all needs of the enterprise are withdrawn
    or past their deadline, so that the wish to meet no longer counts. is_past_deadline: one of its needs is past
    its deadline. is_wanted: the other side wants to meet; how much, and that it does not, it alone knows.
    is_agreed: both sides want to meet. rule: that bars them from meeting, or None.
    """

    expert: Registration
    enterprise: Registration
    party: Registration
    name: str
    need: ShownNeed | None
    score: float | None
    others: tuple[tuple[ShownNeed, float], ...]
    wish: WishKind | None
    is_without_object: bool
    is_past_deadline: bool
    is_wanted: bool
    is_agreed: bool
    rule: MeetingRule | None
    assessment: CorrectionKind | None

    @property
    def points(self) -> int | None:
        """The score from 0 to 100, or None."""
        return None if self.score is None else round(100 * self.score)

    @property
    def is_given_back(self) -> bool:
        """Whether a top wish about this party is free again: an expert's, once all needs of the enterprise have ended.

        An enterprise's own stays used up, as it sets the deadline itself.
        """
        return self.is_without_object and self.party.side == Side.ENTERPRISE

    @property
    def is_set_aside(self) -> bool:
        """Whether an organiser assessed the pair as no match, so that no plan has it."""
        return self.assessment == CorrectionKind.UNFIT

    @property
    def scored_needs(self) -> list[tuple[ShownNeed, float]]:
        """All needs with scores, best first."""
        best = [] if self.need is None or self.score is None else [(self.need, self.score)]
        return [*best, *self.others]

    @property
    def needs(self) -> list[ShownNeed]:
        return [need for need, _score in self.scored_needs]


async def ranked(
    rows: EventRows, known: Known, party: Registration, locale: str, *, for_organiser: bool = False
) -> "Ranking":
    """Return what `matches` returns, remembered until the event or the scores change. Works in a thread."""

    def find() -> Ranking:
        return Ranking(matches(rows, known, party, locale, for_organiser=for_organiser))

    name = "matches", party.id, locale, for_organiser
    return await remembered_for(rows, known, name, find, weigh=len)


async def remembered_for(
    rows: EventRows, known: Known, name: tuple[Hashable, ...], find: Callable[[], T], *, weigh: Callable[[T], int]
) -> T:
    """Call `find` in a thread and return its result; until the event or its scores change, return the same again.

    name: of the result, with all on which it depends besides rows and scores.
    """

    async def read() -> tuple[Known, T]:
        return known, await asyncio.to_thread(find)

    # The scores are remembered as well, so that nothing else gets their id meanwhile.
    key = *name, rows.moment, id(known)
    found = await remembered(rows.event.id, key, WHOLE, read, counts=rows.counts, weigh=lambda read: 1 + weigh(read[1]))
    return found[1]


def matches(
    rows: EventRows, known: Known, party: Registration, locale: str, *, for_organiser: bool = False
) -> list[Match]:
    """Return all matches of a party: confirmed ones first, then by falling score, set-aside ones last.

    For the party itself: only parties with consent that no rule bars it from meeting, and a set-aside pair only if the
    party has a wish about it. For organisers: everything.
    """
    other = Side.ENTERPRISE if party.side == Side.EXPERT else Side.EXPERT
    finder = _Finder(rows, known, party, locale, for_organiser)
    shown = [each for each in rows.of(other) if for_organiser or (each.is_shown and may_meet(rows, party, each))]
    found = [finder.match(each) for each in shown]
    kept = [match for match in found if for_organiser or match.wish is not None or not match.is_set_aside]
    return sorted(kept, key=_order)


def match_of(
    rows: EventRows, known: Known, party: Registration, other: Registration, locale: str, *, for_organiser: bool = False
) -> Match:
    """Return the match of a party with one of the other side."""
    return _Finder(rows, known, party, locale, for_organiser).match(other)


def may_meet(rows: EventRows, one: Registration, other: Registration) -> bool:
    """Return whether no rule bars two parties of different sides from meeting."""
    both = (one.id, other.id) if one.side == Side.EXPERT else (other.id, one.id)
    return both not in rows.barred


def _order(match: Match) -> tuple[bool, bool, float, int]:
    score = -1.0 if match.score is None else match.score
    return match.is_set_aside, match.assessment not in CONFIRMING, -score, match.party.id


class _Finder:
    """Builds the matches of one party."""

    def __init__(self, rows: EventRows, known: Known, party: Registration, locale: str, for_organiser: bool) -> None:
        self._rows, self._known, self._party, self._locale = rows, known, party, locale
        self._is_organiser = for_organiser
        self._sees_all = for_organiser or party.side == Side.ENTERPRISE
        self._wishes = rows.wish_kinds

    def match(self, other: Registration) -> Match:
        expert, enterprise = (self._party, other) if self._party.side == Side.EXPERT else (other, self._party)
        assessment = self._rows.corrections.get((expert.id, enterprise.id))
        own, theirs = (self._wishes.get(both) for both in ((self._party.id, other.id), (other.id, self._party.id)))
        is_agreed = disclosure.is_agreed(own, theirs)
        may_read = is_agreed or (expert.id, enterprise.id) in self._rows.published_pairs
        is_expert = other is expert
        if self._is_organiser:
            expert = for_organisers(expert)
        elif is_expert:
            expert = as_seen(expert, is_agreed=may_read)
        other = expert if is_expert else other
        published = self._rows.needs_by_party.get(enterprise.id, ())
        scored = [(need, corrected(self._known.score(need.id, expert.id), assessment)) for need in published]
        seen = [(self._seen(need, may_read), score) for need, score in sorted(scored, key=lambda n: (-n[1], n[0].id))]
        is_named = self._sees_all or disclosure.is_named(published, is_agreed=may_read)
        return Match(
            expert=expert,
            enterprise=enterprise,
            party=other,
            name=party_name(other, self._locale) if is_named else "",
            need=seen[0][0] if seen else None,
            score=seen[0][1] if seen else None,
            others=tuple(seen[1:]),
            wish=own,
            is_without_object=own in disclosure.WANTED and enterprise.id in self._rows.without_object,
            is_past_deadline=enterprise.id in self._rows.past_deadline,
            is_wanted=theirs in disclosure.WANTED,
            is_agreed=is_agreed,
            rule=self._rows.barred.get((expert.id, enterprise.id)),
            assessment=assessment,
        )

    def _seen(self, need: Need, may_read: bool) -> ShownNeed:
        """Return the need as the reader sees it. may_read: both sides want to meet, or their meeting is published."""
        return disclosure.whole(need) if self._sees_all else disclosure.to_expert(need, is_agreed=may_read)


# -- Looking through them ------------------------------------------------------------------------------------------


# Which matches pass a filter.
SHOWN: Mapping[Show, Callable[[Match], bool]] = {
    Show.ALL: lambda _match: True,
    Show.OPEN: lambda match: match.wish is None,
    Show.WANTED: lambda match: match.is_wanted,
    Show.WISHED: lambda match: match.wish in disclosure.WANTED,
    Show.AGREED: lambda match: match.is_agreed,
    Show.DECLINED: lambda match: match.wish == WishKind.NO,
}


class Ranking:
    """All matches of a party, best first. by_show: those that pass each filter."""

    def __init__(self, matches: Sequence[Match]) -> None:
        self.matches = matches
        self.by_show = {show: [match for match in matches if passes(match)] for show, passes in SHOWN.items()}

    def __len__(self) -> int:
        return len(self.matches)

    async def look(
        self, look: MatchesView, scheme: Scheme, texts: TextReader, *, size: int
    ) -> tuple[list[tuple[Match, Found]], Mapping[Show, int]]:
        """Return a page of what passes the filter and the query, and how many pass each filter.

        texts: what shows texts to the reader, who finds words of originals and of translations.
        """
        page = slice((look.page - 1) * size, look.page * size)
        if not look.query.words:
            numbers = {show: len(some) for show, some in self.by_show.items()}
            return [(match, Found(0, Way.WORDS)) for match in self._kept(look)[page]], numbers
        hits = await found_by(self.matches, look.query, scheme, texts)
        kept = [hit for hit in hits if _stays(hit[0], look)]
        return kept[page], {show: sum(passes(hit[0]) for hit in hits) for show, passes in SHOWN.items()}

    def _kept(self, look: MatchesView) -> Sequence[Match]:
        if look.changed is None:
            return self.by_show[look.show]
        return [match for match in self.matches if _stays(match, look)]

    def neighbours(self, party_id: int) -> tuple[Match | None, Match | None]:
        """Return the matches before and after that of a party, None at the ends or if it is not in the list."""
        place = self._places.get(party_id)
        if place is None:
            return None, None
        before = self.matches[place - 1] if place else None
        return before, self.matches[place + 1] if place + 1 < len(self.matches) else None

    def of(self, party_id: int | None) -> Match | None:
        """Return the match with this party; None if it is not in the list."""
        place = None if party_id is None else self._places.get(party_id)
        return None if place is None else self.matches[place]

    @cached_property
    def _places(self) -> Mapping[int, int]:
        """The place of each party in the list."""
        return {match.party.id: place for place, match in enumerate(self.matches)}

    @cached_property
    def top_wishes(self) -> Sequence[Match]:
        """The matches of the party's top wishes that use up its budget, best first; see `service.wish`."""
        return [match for match in self.matches if match.wish == WishKind.MUST and not match.is_given_back]


@dataclass(frozen=True)
class Budget:
    """How many top wishes a party can have, and which it has, best first."""

    most: int
    held: Sequence[Match]

    @property
    def used(self) -> int:
        return len(self.held)

    @property
    def left(self) -> int:
        return max(0, self.most - self.used)

    def give_back(self, match: Match) -> Match | None:
        """Return the match whose top wish is given back if this one becomes a top wish: the weakest one, rather one
        that the other side does not want, too. None if a top wish is left, or if more have to be given back.
        """
        if match.wish == WishKind.MUST or self.used != self.most:
            return None
        return next((each for each in reversed(self.held) if not each.is_agreed), self.held[-1])


def _stays(match: Match, look: MatchesView) -> bool:
    """Return whether a match is in the list that is looked at: wishes that were just changed do not move it away."""
    return SHOWN[look.show](match) or match.party.id in (look.changed, look.gave)


async def found_by(
    matches: Sequence[Match], asked: Query, scheme: Scheme, texts: TextReader
) -> list[tuple[Match, Found]]:
    """Return the matches that a query finds, surest first, with the way found. Hidden texts are not searched."""
    return await finding.pick(matches, partial(searched, texts=texts), asked, scheme)


def searched(match: Match, texts: TextReader) -> Item:
    """Return everything searchable that the reader may see of the other party."""
    if match.party.side == Side.EXPERT:
        expert = match.party
        names = finding.person_names(called(expert))
        words = texts.words(of_party(expert, name) for name in SEARCHED_OF_EXPERT)
        return Item(names, finding.folded(words), frozenset(expert.topics))
    words = texts.words(each for need in match.needs for each in sides.of_need(need))
    topics = frozenset(topic for need in match.needs for topic in need.topics)
    if not match.name:
        return Item((), finding.folded(words), topics)
    organisation = match.party.organisation
    names = finding.organisation_names(organisation.name, organisation.latin_name)
    about = texts.words([of_party(match.party, TextField.DESCRIPTION)])
    return Item(names, finding.folded(f"{words}\n{about}"), topics)
