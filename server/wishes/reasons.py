"""Why a need and an expert fit, from `PairScore`: the account of the score, the words of both sides, what is missing.

What the reader may not see of a need is neither quoted nor inferred: a reason that rests on hidden words is left out,
unless the enterprise chose its topic, which everybody may read.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from i18n import Message, _, formats
from matching import affinity
from matching.affinity import MissingCode
from matching.affinity.conditions import INTERPRETED
from matching.affinity.languages import primary
from matching.affinity.profiles import Place
from server.models import Registration
from server.needs.disclosure import ShownNeed
from server.plans.wording import PARTS
from server.wishes import wording
from server.wishes.quoting import LONGEST, Quote, quote

TERM_QUOTE = 90
CHOSEN_SHOWN = 3


@dataclass(frozen=True)
class Side:
    """One side of a joint: its words, or the label of a topic that it chose. locale: in which the words are written."""

    quotes: tuple[Quote, ...]
    topic: str
    locale: str


@dataclass(frozen=True)
class Reason:
    """points: of a hundred, where a reason has its own."""

    heading: Message
    sign: str
    expert: Side
    need: Side
    points: int | None = None


@dataclass(frozen=True)
class Lack:
    """is_closed: it is taken care of already."""

    what: Message
    fix: Message | None
    is_closed: bool = False


# -- The account ---------------------------------------------------------------------------------------------------


def account(pair: affinity.PairScore) -> list[tuple[Message, int, int]]:
    """(part, points, points at most), whole numbers that add up to the score of a hundred and to a hundred."""
    most = _shared_out([100 * part.weight for part in pair.parts], 100, None)
    reached = _shared_out([100 * part.weight * part.value for part in pair.parts], round(100 * pair.score), most)
    return [
        (PARTS[part.code], *points) for part, points in zip(pair.parts, zip(reached, most, strict=True), strict=True)
    ]


def _shared_out(shares: list[float], total: int, most: list[int] | None) -> list[int]:
    """The shares as whole numbers that add up to the total: those that lose most by rounding down are rounded up."""
    whole = [int(share) for share in shares]
    by_loss = sorted(range(len(shares)), key=lambda at: whole[at] - shares[at])
    for at in [at for at in by_loss if most is None or whole[at] < most[at]][: max(0, total - sum(whole))]:
        whole[at] += 1
    return whole


# -- The words -----------------------------------------------------------------------------------------------------


def reasons(pair: affinity.PairScore, need: ShownNeed, expert: Registration, locale: str) -> list[Reason]:
    """The weightiest first; topics, then words in common."""
    points = {part.code: reached for part, (_label, reached, _most) in zip(pair.parts, account(pair), strict=True)}
    found = []
    for part in pair.parts:
        visible = [each for each in part.evidence if _is_visible(each, need)]
        if part.code == affinity.Part.TOPIC:
            visible = visible or _chosen(need, expert)
            found += [_of_topics(each, need, expert, locale) for each in visible]
        elif visible:
            found.append(_of_terms(visible, need, expert, points[part.code]))
    return found


def _is_visible(evidence: affinity.Evidence, need: ShownNeed) -> bool:
    if need.is_whole or evidence.need_topic in (*need.topics, *need.must_topics):
        return True
    return evidence.need_at is not None and evidence.need_at.end <= len(need.words)


def _chosen(need: ShownNeed, expert: Registration) -> list[affinity.Evidence]:
    """Pairs of topics that both sides chose and that belong together, the closest first.

    Where each of several choices carries the match alone, none is evidence by itself: it would stand without it.
    """
    known = affinity.scheme().topics.keys()
    pairs = [(ours, theirs) for ours in need.topics for theirs in expert.topics if {ours, theirs} <= known]
    found = [
        affinity.Evidence(ours, theirs, rel, None, None)
        for ours, theirs in pairs
        if (rel := affinity.scheme().relation(ours, theirs)) is not None
    ]
    return sorted(found, key=lambda each: [*wording.SIGNS].index(each.rel))[:CHOSEN_SHOWN]


def _of_topics(evidence: affinity.Evidence, need: ShownNeed, expert: Registration, locale: str) -> Reason:
    label = affinity.scheme().label
    theirs, ours = (label(topic, locale) for topic in (str(evidence.expert_topic), str(evidence.need_topic)))
    return Reason(
        heading=wording.relation(evidence.rel, expert=theirs, need=ours),
        sign=wording.SIGNS[evidence.rel],
        expert=_side([evidence.expert_at], _words(expert), theirs, expert.text_locale),
        need=_side([evidence.need_at], need.words, ours, need.locale),
    )


def _of_terms(
    evidence: Iterable[affinity.Evidence], need: ShownNeed, expert: Registration, points: int | None
) -> Reason:
    places = [(each.expert_at, each.need_at) for each in evidence]
    return Reason(
        heading=wording.relation("term", expert="", need=""),
        sign=wording.SIGNS["term"],
        expert=_side([at for at, _at in places], _words(expert), "", expert.text_locale, TERM_QUOTE),
        need=_side([at for _at, at in places], need.words, "", need.locale, TERM_QUOTE),
        points=points,
    )


def _side(places: Iterable[Place | None], words: str, topic: str, locale: str, longest: int = LONGEST) -> Side:
    quotes = [quote(words, at.start, at.end, longest) for at in places if at is not None and at.end <= len(words)]
    return Side(tuple(dict.fromkeys(quotes)), topic, locale)


def _words(expert: Registration) -> str:
    return "\n".join(filter(None, (expert.headline, expert.offer)))


# -- What is missing -----------------------------------------------------------------------------------------------


def lacks(
    pair: affinity.PairScore, need: ShownNeed, expert: Registration, enterprise: Registration, locale: str
) -> list[Lack]:
    """How the two will talk, then what keeps them from fitting better."""
    return [*_talk(pair, expert, enterprise, locale), *_missing(pair, need, locale)]


def _talk(pair: affinity.PairScore, expert: Registration, enterprise: Registration, locale: str) -> Iterator[Lack]:
    value = next((part.value for part in pair.parts if part.code == affinity.Part.LANGUAGE), None)
    theirs, ours = ([primary(tag) for tag in party.languages] for party in (expert, enterprise))
    if common := [tag for tag in theirs if tag in ours]:
        yield Lack(_("Common language: %(languages)s", languages=_named(common, locale)), None, is_closed=True)
    elif value == INTERPRETED:
        yield Lack(
            _("There is no common language."),
            _(
                "An interpreter will be there, %(one)s ⇄ %(other)s.",
                one=_named(theirs, locale),
                other=_named(ours, locale),
            ),
            is_closed=True,
        )


def _named(tags: Iterable[str], locale: str) -> str:
    return formats.sequence([formats.language(tag, locale) for tag in tags], locale, style="or")


def _missing(pair: affinity.PairScore, need: ShownNeed, locale: str) -> Iterator[Lack]:
    hidden = {MissingCode.READINESS_BELOW: not need.is_whole, MissingCode.NO_COMMON_MODE: not need.modes}
    for each in pair.missing:
        if not hidden.get(each.code):
            topic = affinity.scheme().label(each.topic, locale) if each.topic else ""
            yield Lack(wording.missing(each.code, topic), wording.FIXES[each.fix])
