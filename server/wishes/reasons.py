"""Why a need and an expert fit, from `PairScore`: the account of the score, the words of both sides, what is missing.

What the reader may not see of a need is neither quoted nor inferred: a reason that rests on hidden words is left out,
unless the enterprise chose its topic, which everybody may read.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from i18n import Message, Translator, _, formats, tag_of
from matching import affinity
from matching.affinity import MissingCode, Place
from matching.affinity.conditions import INTERPRETED
from matching.affinity.languages import primary
from server.models import CorrectionKind, Registration
from server.needs.disclosure import ShownNeed
from server.plans.corrections import corrected, counted
from server.plans.wording import PARTS
from server.profiles import MODES
from server.wishes import wording
from server.wishes.quoting import Quote, quote

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


@dataclass(frozen=True)
class Reader:
    """For whom reasons are told: in which language, and by which topics."""

    locale: str
    topics: affinity.Scheme

    def label(self, topic: str | None) -> str:
        return self.topics.label(str(topic), self.locale)


# -- The account ---------------------------------------------------------------------------------------------------


def account(pair: affinity.PairScore, word: CorrectionKind | None = None) -> list[tuple[Message, int, int]]:
    """(part, points, points at most), whole numbers that add up to the score of a hundred and to a hundred.

    word: an organiser's about the pair.
    """
    return [(PARTS[code], reached, most) for code, reached, most in _points(pair, word)]


def _points(pair: affinity.PairScore, word: CorrectionKind | None) -> list[tuple[str, int, int]]:
    parts = counted(pair, word)
    most = _shared_out([100 * part.weight for part in parts], 100, None)
    total = round(100 * corrected(pair.score, word))
    reached = _shared_out([100 * part.weight * part.value for part in parts], total, most)
    return [(part.code, *points) for part, points in zip(parts, zip(reached, most, strict=True), strict=True)]


def _shared_out(shares: list[float], total: int, most: list[int] | None) -> list[int]:
    """The shares as whole numbers that add up to the total: those that lose most by rounding down are rounded up."""
    whole = [int(share) for share in shares]
    by_loss = sorted(range(len(shares)), key=lambda at: whole[at] - shares[at])
    for at in [at for at in by_loss if most is None or whole[at] < most[at]][: max(0, total - sum(whole))]:
        whole[at] += 1
    return whole


# -- The words -----------------------------------------------------------------------------------------------------


def reasons(
    pair: affinity.PairScore, need: ShownNeed, expert: Registration, reader: Reader, word: CorrectionKind | None = None
) -> list[Reason]:
    """The weightiest first; topics, then words in common."""
    points = {code: reached for code, reached, _most in _points(pair, word)}
    sides = (
        _Words(_words(expert), expert.text_locale, reader.topics),
        _Words(need.words, need.locale, reader.topics),
    )
    found = [_of_topics(each, *sides, reader) for each in _topics(pair, need, expert, reader)]
    if terms := _terms(pair, need):
        found.append(_of_terms(terms, *sides, points[affinity.Part.TEXT]))
    return found


def headline(
    pair: affinity.PairScore, need: ShownNeed, expert: Registration, reader: Reader
) -> tuple[str, Message] | None:
    """Sign and heading of the weightiest reason, without its words; None where nothing can be told."""
    if topics := _topics(pair, need, expert, reader):
        clearest = _same(topics)[:1] or topics[:1]
        return wording.SIGNS[clearest[0].rel], _heading(clearest[0], reader)
    return (wording.SIGNS["term"], wording.relation("term", expert="", need="")) if _terms(pair, need) else None


def verdict(
    pair: affinity.PairScore, need: ShownNeed, expert: Registration, enterprise: Registration, reader: Reader
) -> list[Message]:
    """Why the two should meet, before anything else is read: what joins them, how they talk, in which form.

    Up to three sentences; of what stays hidden from the reader, none.
    """
    told = [_joined(pair, need, expert, reader), _spoken(pair, expert, enterprise, reader)]
    if common := [mode for mode in expert.modes if mode in need.modes]:
        translate = Translator(reader.locale).translate
        # Inside a sentence; none of them is a name.
        labels = formats.sequence([translate(MODES[mode]).lower() for mode in common], reader.locale)
        told.append(_("Both would take: %(modes)s.", modes=labels))
    return [sentence for sentence in told if sentence is not None]


def _joined(pair: affinity.PairScore, need: ShownNeed, expert: Registration, reader: Reader) -> Message | None:
    topics = _topics(pair, need, expert, reader)
    if same := _same(topics):
        labels = dict.fromkeys(reader.label(each.need_topic) for each in same)
        return wording.joined("same", expert="", need=" · ".join([*labels][:CHOSEN_SHOWN]))
    if topics:
        theirs, ours = _labels(topics[0], reader)
        return wording.joined(topics[0].rel, expert=theirs, need=ours)
    return wording.joined("term", expert="", need="") if _terms(pair, need) else None


def _same(topics: Sequence[affinity.Evidence]) -> list[affinity.Evidence]:
    """Those of one topic: what a reader takes in at once, even where a neighbouring topic carries more."""
    return [each for each in topics if each.rel == "same"]


def _spoken(pair: affinity.PairScore, expert: Registration, enterprise: Registration, reader: Reader) -> Message | None:
    theirs, ours = _tongues(expert, enterprise)
    if common := [tag for tag in theirs if tag in ours]:
        return _("Common language: %(languages)s, no interpreter needed.", languages=_named(common, reader.locale))
    value = next((part.value for part in pair.parts if part.code == affinity.Part.LANGUAGE), None)
    if value is None:
        return None
    if value == INTERPRETED:
        return _("No common language, but an interpreter will be there.")
    return _("No common language, and no interpreter yet.")


def _topics(pair: affinity.PairScore, need: ShownNeed, expert: Registration, reader: Reader) -> list[affinity.Evidence]:
    return _visible(pair, affinity.Part.TOPIC, need) or _chosen(need, expert, reader.topics)


def _terms(pair: affinity.PairScore, need: ShownNeed) -> list[affinity.Evidence]:
    return _visible(pair, affinity.Part.TEXT, need)


def _visible(pair: affinity.PairScore, code: affinity.Part, need: ShownNeed) -> list[affinity.Evidence]:
    return [each for part in pair.parts if part.code == code for each in part.evidence if _is_visible(each, need)]


def _is_visible(evidence: affinity.Evidence, need: ShownNeed) -> bool:
    if need.is_whole or evidence.need_topic in (*need.topics, *need.must_topics):
        return True
    return evidence.need_at is not None and evidence.need_at.end <= len(need.words)


def _chosen(need: ShownNeed, expert: Registration, topics: affinity.Scheme) -> list[affinity.Evidence]:
    """Pairs of topics that both sides chose and that belong together, the closest first.

    Where each of several choices carries the match alone, none is evidence by itself: it would stand without it.
    """
    known = topics.topics.keys()
    pairs = [(ours, theirs) for ours in need.topics for theirs in expert.topics if {ours, theirs} <= known]
    found = [
        affinity.Evidence(ours, theirs, rel, None, None)
        for ours, theirs in pairs
        if (rel := topics.relation(ours, theirs)) is not None
    ]
    return sorted(found, key=lambda each: [*wording.SIGNS].index(each.rel))[:CHOSEN_SHOWN]


class _Words:
    """What one side wrote, as far as the reader may see it."""

    def __init__(self, text: str, locale: str, topics: affinity.Scheme) -> None:
        self.text, self.locale, self._topics = text, locale, topics

    @cached_property
    def _speaking(self) -> Mapping[str, tuple[int, int]]:
        """Where the text itself speaks of each topic first."""
        found = affinity.suggest(self.text, tag_of(self.locale) or None, self._topics)
        return {each.topic: each.at[0] for each in found if each.at}

    def of_topic(self, topic: str, place: Place | None, label: str) -> Side:
        """The words at the place, or else the text's own for a topic that was chosen."""
        at = (place.start, place.end) if self._holds(place) and place else self._speaking.get(topic)
        return Side((quote(self.text, *at),) if at else (), label, self.locale)

    def of_terms(self, places: Iterable[Place | None]) -> Side:
        quotes = [quote(self.text, at.start, at.end, TERM_QUOTE) for at in places if at and self._holds(at)]
        return Side(tuple(dict.fromkeys(quotes)), "", self.locale)

    def _holds(self, place: Place | None) -> bool:
        return place is not None and place.end <= len(self.text)


def _heading(evidence: affinity.Evidence, reader: Reader) -> Message:
    theirs, ours = _labels(evidence, reader)
    return wording.relation(evidence.rel, expert=theirs, need=ours)


def _labels(evidence: affinity.Evidence, reader: Reader) -> tuple[str, str]:
    """Of the expert's topic and the need's."""
    return reader.label(evidence.expert_topic), reader.label(evidence.need_topic)


def _of_topics(evidence: affinity.Evidence, expert: _Words, need: _Words, reader: Reader) -> Reason:
    theirs, ours = _labels(evidence, reader)
    return Reason(
        heading=_heading(evidence, reader),
        sign=wording.SIGNS[evidence.rel],
        expert=expert.of_topic(str(evidence.expert_topic), evidence.expert_at, theirs),
        need=need.of_topic(str(evidence.need_topic), evidence.need_at, ours),
    )


def _of_terms(evidence: Sequence[affinity.Evidence], expert: _Words, need: _Words, points: int) -> Reason:
    return Reason(
        heading=wording.relation("term", expert="", need=""),
        sign=wording.SIGNS["term"],
        expert=expert.of_terms(each.expert_at for each in evidence),
        need=need.of_terms(each.need_at for each in evidence),
        points=points,
    )


def _words(expert: Registration) -> str:
    return "\n".join(filter(None, (expert.headline, expert.offer)))


# -- What is missing -----------------------------------------------------------------------------------------------


def lacks(
    pair: affinity.PairScore, need: ShownNeed, expert: Registration, enterprise: Registration, reader: Reader
) -> list[Lack]:
    """How the two will talk, then what keeps them from fitting better."""
    return [*_talk(pair, expert, enterprise, reader), *_missing(pair, need, reader)]


def _talk(pair: affinity.PairScore, expert: Registration, enterprise: Registration, reader: Reader) -> Iterator[Lack]:
    value = next((part.value for part in pair.parts if part.code == affinity.Part.LANGUAGE), None)
    theirs, ours = _tongues(expert, enterprise)
    if common := [tag for tag in theirs if tag in ours]:
        yield Lack(_("Common language: %(languages)s", languages=_named(common, reader.locale)), None, is_closed=True)
    elif value == INTERPRETED:
        yield Lack(
            _("There is no common language."),
            _(
                "An interpreter will be there, %(one)s ⇄ %(other)s.",
                one=_named(theirs, reader.locale),
                other=_named(ours, reader.locale),
            ),
            is_closed=True,
        )


def _tongues(expert: Registration, enterprise: Registration) -> tuple[list[str], list[str]]:
    """The languages that each can hold a talk in, without their regions."""
    theirs, ours = ([primary(tag) for tag in party.languages] for party in (expert, enterprise))
    return theirs, ours


def _named(tags: Iterable[str], locale: str) -> str:
    return formats.sequence([formats.language(tag, locale) for tag in tags], locale, style="or")


def _missing(pair: affinity.PairScore, need: ShownNeed, reader: Reader) -> Iterator[Lack]:
    hidden = {MissingCode.READINESS_BELOW: not need.is_whole, MissingCode.NO_COMMON_MODE: not need.modes}
    for each in pair.missing:
        if not hidden.get(each.code):
            topic = reader.label(each.topic) if each.topic else ""
            yield Lack(wording.missing(each.code, topic), wording.FIXES[each.fix])
