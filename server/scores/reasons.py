"""Why a need and an expert fit, from `PairScore`: in short, by the words of both sides, and what is missing.

What the reader may not see of a need is neither quoted nor inferred: a reason that rests on hidden words is left out,
unless the enterprise chose its topic, which everybody may read.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from i18n import Message, Translator, _, formats, pgettext_, tag_of
from matching import affinity
from matching.affinity import MissingCode, TextSpan
from matching.affinity.constants import INTERPRETED
from matching.affinity.languages import primary
from server.models import CorrectionKind, Registration
from server.needs.disclosure import ShownNeed
from server.profiles import MODES
from server.scores import wording
from server.scores.account import part_points, reason_points
from server.scores.quoting import Quote, quote

TERM_QUOTE = 90
CHOSEN_SHOWN = 3
QUOTES_SHOWN = 3
LEAST_POINTS = 0.5


@dataclass(frozen=True)
class Side:
    """One side of a joint: its words, or the label of a topic that it chose. locale: in which the words are written.

    language: its name, where the reader does not read it.
    """

    quotes: tuple[Quote, ...]
    topic: str
    locale: str
    language: str = ""


@dataclass(frozen=True)
class Reason:
    """topic: the need's, by its label, empty for words in common. points: of a hundred."""

    heading: Message
    topic: str
    sign: str
    expert: Side
    need: Side
    points: int


@dataclass(frozen=True)
class Lack:
    """is_closed: it is taken care of already."""

    what: Message
    fix: Message | None
    is_closed: bool = False


@dataclass(frozen=True)
class Reader:
    """For whom reasons are told: in which language, and by which topics. reads: further languages, as primary tags."""

    locale: str
    topics: affinity.Scheme
    reads: frozenset[str] = frozenset()

    def label(self, topic: str | None) -> str:
        return self.topics.label(str(topic), self.locale)

    def foreign(self, locale: str) -> str:
        """The name of the language that words are written in, where the reader does not read it."""
        is_read = not locale or primary(locale) in {primary(self.locale), *self.reads}
        return "" if is_read else formats.language(primary(locale), self.locale)


# -- The words -----------------------------------------------------------------------------------------------------


Carried = Callable[[Sequence[tuple[str, str]]], Sequence[float]]


@dataclass(frozen=True)
class Case:
    """A need and an expert before a reader, with what affinity says of them.

    carried: the share of the topics' value that each pair of topics stands for, the need's and the expert's, in [0, 1].
    word: an organiser's about the pair.
    """

    pair: affinity.PairScore
    need: ShownNeed
    expert: Registration
    reader: Reader
    carried: Carried
    word: CorrectionKind | None = None

    @cached_property
    def grounds(self) -> list["Ground"]:
        """What can be told of topics, the weightiest first. What brings in less than half a point is not told."""
        topics = _visible(self.pair, affinity.PartCode.TOPIC, self.need) or _chosen(self)
        shares = self.carried([(str(each.need_topic), str(each.expert_topic)) for each in topics])
        found: dict[str, Ground] = {}
        for each, share in zip(topics, shares, strict=True):
            ground = found.setdefault(str(each.need_topic), Ground([], 0.0))
            found[str(each.need_topic)] = Ground([*ground.evidence, each], ground.share + share)
        whole = {code: reached for code, reached, _most in part_points(self.pair, None)}[affinity.PartCode.TOPIC]
        told = [ground for ground in found.values() if whole * ground.share >= LEAST_POINTS]
        return sorted(told, key=lambda ground: -ground.share)

    @cached_property
    def terms(self) -> list[affinity.Evidence]:
        """The words that both sides use, as far as the reader may see them."""
        return _visible(self.pair, affinity.PartCode.TEXT, self.need)


@dataclass(frozen=True)
class Ground:
    """What one topic of the need brings in: its evidence, the weightiest first, and its share of the topics' value."""

    evidence: list[affinity.Evidence]
    share: float

    @property
    def clearest(self) -> affinity.Evidence:
        """What a reader takes in at once: one topic on both sides, even where a neighbouring one carries more."""
        return self.clearest_first[0]

    @property
    def clearest_first(self) -> list[affinity.Evidence]:
        return sorted(self.evidence, key=lambda each: each.rel != "same")


def reasons(case: Case) -> list[Reason]:
    """Topics, the weightiest first, then words in common."""
    points = {code: reached for code, reached, _most in part_points(case.pair, case.word)}
    expert = _Words(_words(case.expert), case.expert.text_locale, case.reader)
    need = _Words(case.need.words, case.need.locale, case.reader)
    each_has = reason_points(points[affinity.PartCode.TOPIC], [ground.share for ground in case.grounds])
    found = [
        Reason(
            heading=_heading(ground.clearest, case.reader),
            topic=_labels(ground.clearest, case.reader)[1],
            sign=wording.SIGNS[ground.clearest.rel],
            expert=expert.of_topics((str(each.expert_topic), each.expert_at) for each in ground.clearest_first),
            need=need.of_topics((str(each.need_topic), each.need_at) for each in ground.clearest_first),
            points=has,
        )
        for ground, has in zip(case.grounds, each_has, strict=True)
    ]
    return [*found, *_of_terms(case.terms, expert, need, points)]


def headline(case: Case) -> tuple[str, Message] | None:
    """Sign and heading of the clearest reason, without its words; None where nothing can be told."""
    if case.grounds:
        clearest = (_same(case.grounds) or case.grounds)[0].clearest
        return wording.SIGNS[clearest.rel], _heading(clearest, case.reader)
    return (wording.SIGNS["term"], wording.relation("term", expert="", need="")) if case.terms else None


def verdict(case: Case, enterprise: Registration) -> list[Message]:
    """Why the two should meet, before anything else is read: what joins them, how they talk, in which form.

    Up to three sentences; of what stays hidden from the reader, no more than that it does.
    """
    hidden = _("The text is hidden until both sides want to meet.")
    nothing = _("No topics in common were found.") if case.need.is_whole else hidden
    told = [_joined(case) or nothing, _spoken(case.pair, case.expert, enterprise, case.reader)]
    if common := [mode for mode in case.expert.modes if mode in case.need.modes]:
        translate = Translator(case.reader.locale).translate
        # Inside a sentence; none of them is a name.
        labels = formats.sequence([translate(MODES[mode]) for mode in common], case.reader.locale)
        told.append(_("Forms of cooperation that both sides accept: %(modes)s.", modes=labels))
    return [sentence for sentence in told if sentence is not None]


def _joined(case: Case) -> Message | None:
    if same := _same(case.grounds):
        labels = dict.fromkeys(case.reader.label(each.clearest.need_topic) for each in same)
        return wording.joined("same", expert="", need=" · ".join([*labels][:CHOSEN_SHOWN]))
    if case.grounds:
        theirs, ours = _labels(case.grounds[0].clearest, case.reader)
        return wording.joined(case.grounds[0].clearest.rel, expert=theirs, need=ours)
    return wording.joined("term", expert="", need="") if case.terms else None


def _same(grounds: Sequence[Ground]) -> list[Ground]:
    """Those of a topic that both sides have."""
    return [ground for ground in grounds if ground.clearest.rel == "same"]


def _spoken(pair: affinity.PairScore, expert: Registration, enterprise: Registration, reader: Reader) -> Message | None:
    theirs, ours = _tongues(expert, enterprise)
    if common := [tag for tag in theirs if tag in ours]:
        return _("Common language: %(languages)s. No interpreter is needed.", languages=_named(common, reader.locale))
    value = next((part.value for part in pair.parts if part.code == affinity.PartCode.LANGUAGE), None)
    if value is None:
        return None
    if value == INTERPRETED:
        return _("There is no common language, but an interpreter is available.")
    return _("There is no common language, and no interpreter is available yet.")


def _visible(pair: affinity.PairScore, code: affinity.PartCode, need: ShownNeed) -> list[affinity.Evidence]:
    return [each for part in pair.parts if part.code == code for each in part.evidence if _is_visible(each, need)]


def _is_visible(evidence: affinity.Evidence, need: ShownNeed) -> bool:
    if need.is_whole or evidence.need_topic in (*need.topics, *need.must_topics):
        return True
    return evidence.need_at is not None and evidence.need_at.end <= len(need.words)


def _chosen(case: Case) -> list[affinity.Evidence]:
    """Pairs of topics that both sides chose and that belong together, the closest first.

    Where each of several choices carries the match alone, none is evidence by itself: it would stand without it.
    """
    topics = case.reader.topics
    known = topics.topics.keys()
    pairs = [(ours, theirs) for ours in case.need.topics for theirs in case.expert.topics if {ours, theirs} <= known]
    found = [
        affinity.Evidence(ours, theirs, rel, None, None)
        for ours, theirs in pairs
        if (rel := topics.relation(ours, theirs)) is not None
    ]
    return sorted(found, key=lambda each: [*wording.SIGNS].index(each.rel))[:CHOSEN_SHOWN]


class _Words:
    """What one side wrote, as far as the reader may see it."""

    def __init__(self, text: str, locale: str, reader: Reader) -> None:
        self.text, self.locale, self._reader = text, locale, reader

    @cached_property
    def _speaking(self) -> Mapping[str, tuple[int, int]]:
        """Where the text itself speaks of each topic first."""
        found = affinity.suggest(self.text, tag_of(self.locale) or None, self._reader.topics)
        return {each.topic: each.at[0] for each in found if each.at}

    def of_topics(self, topics: Iterable[tuple[str, TextSpan | None]]) -> Side:
        """The words at the places, or else the text's own for topics that were chosen; the first by its label."""
        topics = list(topics)
        quotes = [quote(self.text, *at) for topic, place in topics if (at := self._at(topic, place))]
        return self._side(quotes, self._reader.label(topics[0][0]))

    def of_terms(self, places: Iterable[TextSpan | None]) -> Side:
        return self._side([quote(self.text, at.start, at.end, TERM_QUOTE) for at in places if at and self._holds(at)])

    def _at(self, topic: str, place: TextSpan | None) -> tuple[int, int] | None:
        return (place.start, place.end) if place and self._holds(place) else self._speaking.get(topic)

    def _holds(self, place: TextSpan) -> bool:
        return place.end <= len(self.text)

    def _side(self, quotes: Iterable[Quote], topic: str = "") -> Side:
        """Sentences that are quoted already are not quoted again for other words."""
        kept = {each.text: each for each in reversed(list(quotes))}
        shown = tuple(each for each in reversed(kept.values()))[:QUOTES_SHOWN]
        return Side(shown, topic, self.locale, self._reader.foreign(self.locale))


def _heading(evidence: affinity.Evidence, reader: Reader) -> Message:
    theirs, ours = _labels(evidence, reader)
    return wording.relation(evidence.rel, expert=theirs, need=ours)


def _labels(evidence: affinity.Evidence, reader: Reader) -> tuple[str, str]:
    """Of the expert's topic and the need's."""
    return reader.label(evidence.expert_topic), reader.label(evidence.need_topic)


def _of_terms(
    terms: Sequence[affinity.Evidence], expert: _Words, need: _Words, points: Mapping[str, int]
) -> Iterator[Reason]:
    if terms:
        yield Reason(
            heading=wording.relation("term", expert="", need=""),
            topic="",
            sign=wording.SIGNS["term"],
            expert=expert.of_terms(each.expert_at for each in terms),
            need=need.of_terms(each.need_at for each in terms),
            points=points[affinity.PartCode.TEXT],
        )


def _words(expert: Registration) -> str:
    return "\n".join(filter(None, (expert.headline, expert.offer)))


# -- What is missing -----------------------------------------------------------------------------------------------


def lacks(case: Case, enterprise: Registration) -> list[Lack]:
    """How the two will talk, then what keeps them from fitting better."""
    return [*_talk(case.pair, case.expert, enterprise, case.reader), *_missing(case.pair, case.need, case.reader)]


def _talk(pair: affinity.PairScore, expert: Registration, enterprise: Registration, reader: Reader) -> Iterator[Lack]:
    value = next((part.value for part in pair.parts if part.code == affinity.PartCode.LANGUAGE), None)
    theirs, ours = _tongues(expert, enterprise)
    if common := [tag for tag in theirs if tag in ours]:
        yield Lack(
            pgettext_("note", "Common language: %(languages)s", languages=_named(common, reader.locale)),
            None,
            is_closed=True,
        )
    elif value == INTERPRETED:
        yield Lack(
            _("There is no common language."),
            # Translators: one: the languages of the expert; other: the languages of the enterprise
            pgettext_(
                "note",
                "Interpreter available: %(one)s ⇄ %(other)s.",
                one=_named(theirs, reader.locale),
                other=_named(ours, reader.locale),
            ),
            is_closed=True,
        )


def _tongues(expert: Registration, enterprise: Registration) -> tuple[list[str], list[str]]:
    """The languages that each can hold a talk in, without their regions."""
    theirs, ours = ([primary(tag) for tag in party.talk_languages] for party in (expert, enterprise))
    return theirs, ours


def _named(tags: Iterable[str], locale: str) -> str:
    return formats.sequence([formats.language(tag, locale) for tag in tags], locale, style="or")


def _missing(pair: affinity.PairScore, need: ShownNeed, reader: Reader) -> Iterator[Lack]:
    for each in pair.missing:
        # What is shown of a need may be no more than its title: whether its text tells of a topic is not known.
        if each.code != MissingCode.NEED_TOPIC_UNTOLD or need.is_whole:
            topic = reader.label(each.topic) if each.topic else ""
            yield Lack(wording.missing(each.code, topic), wording.FIXES[each.fix])
