"""Reasons why a need and an expert match, from `PairScore`: a summary, quotations from both sides, and what is missing.

Hidden parts of a need are neither quoted nor inferred: a reason from hidden words is left out, unless the enterprise
chose its topic, which everybody may read.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from i18n import Message, Translator, _, formats, pgettext_
from matching import affinity
from matching.affinity import MissingCode
from matching.affinity.constants import INTERPRETED
from matching.affinity.languages import primary
from server.models import CorrectionKind, Registration
from server.needs.disclosure import ShownNeed
from server.profiles import MODES
from server.scores import wording
from server.scores.account import part_points, reason_points
from server.scores.sidequotes import ReasonReader, ReasonSide, SideQuotes
from server.translations import sides
from server.translations.sides import SideText

CHOSEN_SHOWN = 3
LEAST_POINTS = 0.5


@dataclass(frozen=True)
class ScoreReason:
    """A reason. topic: label of the need's topic, "" for words and passages. points: of 100."""

    heading: Message
    topic: str
    sign: str
    expert: ReasonSide
    need: ReasonSide
    points: int


@dataclass(frozen=True)
class Lack:
    """Something that is missing. is_closed: already solved."""

    what: Message
    fix: Message | None
    is_closed: bool = False


# -- The words -----------------------------------------------------------------------------------------------------


Carried = Callable[[Sequence[tuple[str, str]]], Sequence[float]]


@dataclass(frozen=True)
class Case:
    """A need and an expert for a reader, with their score.

    carried: share in [0, 1] of the topics' value that each (need's topic, expert's topic) carries. assessment: an
    organiser's assessment of the pair.
    """

    pair: affinity.PairScore
    need: ShownNeed
    expert: Registration
    reader: ReasonReader
    carried: Carried
    assessment: CorrectionKind | None = None

    @cached_property
    def grounds(self) -> list["Ground"]:
        """Return the topics that can be shown, most important first; topics below half a point are left out."""
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
        """Return the words that both sides use, as far as the reader may see them."""
        return _visible(self.pair, affinity.PartCode.TEXT, self.need)

    @cached_property
    def passages(self) -> list[affinity.Evidence]:
        """Return similar passages of both sides in any of their languages, as far as the reader may see them."""
        return _visible(self.pair, affinity.PartCode.PASSAGES, self.need)


@dataclass(frozen=True)
class Ground:
    """One topic of the need: its evidence, most important first, and its share of the topics' value."""

    evidence: list[affinity.Evidence]
    share: float

    @property
    def clearest(self) -> affinity.Evidence:
        """The evidence that is easiest to understand: one topic on both sides, even if a related one carries more."""
        return self.clearest_first[0]

    @property
    def clearest_first(self) -> list[affinity.Evidence]:
        return sorted(self.evidence, key=lambda each: each.rel != "same")


def reasons(case: Case) -> list[ScoreReason]:
    """Return the reasons: topics, most important first, then similar passages, then words in common."""
    points = {code: reached for code, reached, _most in part_points(case.pair, case.assessment)}
    expert = SideQuotes(sides.of_expert(case.expert), case.reader)
    need = SideQuotes(sides.of_need(case.need), case.reader)
    each_has = reason_points(points[affinity.PartCode.TOPIC], [ground.share for ground in case.grounds])
    found = [
        ScoreReason(
            heading=_heading(ground.clearest, case.reader),
            topic=_labels(ground.clearest, case.reader)[1],
            sign=wording.SIGNS[ground.clearest.rel],
            expert=expert.of_topics((str(each.expert_topic), each.expert_at) for each in ground.clearest_first),
            need=need.of_topics((str(each.need_topic), each.need_at) for each in ground.clearest_first),
            points=has,
        )
        for ground, has in zip(case.grounds, each_has, strict=True)
    ]
    passages = _of_passages(case.passages, expert, need, points)
    return [*found, *passages, *_of_terms(_terms_to_quote(case, expert, need), expert, need, points)]


def headline(case: Case) -> tuple[str, Message] | None:
    """Return sign and heading of the main reason, or None."""
    if case.grounds:
        clearest = (_same(case.grounds) or case.grounds)[0].clearest
        return wording.SIGNS[clearest.rel], _heading(clearest, case.reader)
    beside = _beside_topics(case)
    return (wording.SIGNS[beside], wording.relation(beside, expert="", need="")) if beside else None


def verdict(case: Case, enterprise: Registration) -> list[Message]:
    """Return up to three sentences why the two should meet: what connects them, how they talk, in which form.

    Of what is hidden from the reader, they say only that it is hidden.
    """
    hidden = _("The text is hidden until both sides want to meet.")
    nothing = _("No topics in common were found.") if case.need.is_whole else hidden
    told = [_joined(case) or nothing, _spoken(case.pair, case.expert, enterprise, case.reader)]
    if common := [mode for mode in case.expert.modes if mode in case.need.modes]:
        translate = Translator(case.reader.locale).translate
        labels = " · ".join(translate(MODES[mode]) for mode in common)
        told.append(_("Forms of cooperation that both sides accept: %(modes)s.", modes=labels))
    return [sentence for sentence in told if sentence is not None]


def _joined(case: Case) -> Message | None:
    if same := _same(case.grounds):
        labels = dict.fromkeys(case.reader.label(each.clearest.need_topic) for each in same)
        return wording.relation_sentence("same", expert="", need=" · ".join([*labels][:CHOSEN_SHOWN]))
    if case.grounds:
        theirs, ours = _labels(case.grounds[0].clearest, case.reader)
        return wording.relation_sentence(case.grounds[0].clearest.rel, expert=theirs, need=ours)
    beside = _beside_topics(case)
    return wording.relation_sentence(beside, expert="", need="") if beside else None


def _beside_topics(case: Case) -> str:
    """Return what a case without topics rests on."""
    return "term" if case.terms else "passages" if case.passages else ""


def _same(grounds: Sequence[Ground]) -> list[Ground]:
    """Return the grounds whose topic both sides have."""
    return [ground for ground in grounds if ground.clearest.rel == "same"]


def _spoken(
    pair: affinity.PairScore, expert: Registration, enterprise: Registration, reader: ReasonReader
) -> Message | None:
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
    # Translations of a need are compared as a whole: only in the original is it known what is shown.
    return evidence.need_at is not None and evidence.need_at.text == 0 and evidence.need_at.end <= len(need.words)


def _chosen(case: Case) -> list[affinity.Evidence]:
    """Return related pairs of topics that both sides chose, closest first.

    If each of several choices carries the match alone, none of them is evidence by itself: without it the match would
    stay.
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


def _heading(evidence: affinity.Evidence, reader: ReasonReader) -> Message:
    theirs, ours = _labels(evidence, reader)
    return wording.relation(evidence.rel, expert=theirs, need=ours)


def _labels(evidence: affinity.Evidence, reader: ReasonReader) -> tuple[str, str]:
    """Return the labels of the expert's and the need's topic."""
    return reader.label(evidence.expert_topic), reader.label(evidence.need_topic)


def _terms_to_quote(case: Case, expert: SideQuotes, need: SideQuotes) -> Sequence[affinity.Evidence]:
    """Return the words in common in the texts that the reader sees, if both are in one language; else those that were
    compared.
    """
    if not case.terms or any(expert.holds(each.expert_at) and need.holds(each.need_at) for each in case.terms):
        return case.terms
    if primary(expert.locale) != primary(need.locale):
        return case.terms
    both = [{"id": "0", "texts": [side.seen.document()]} for side in (need, expert)]
    request = {"format": "affinity-request/1", "needs": both[:1], "experts": both[1:]}
    asked = affinity.read_request(request, topics=case.reader.topics)
    pair = affinity.Scores(asked.needs, asked.experts, (), case.reader.topics).explain(0, 0)
    found = [each for part in pair.parts if part.code == affinity.PartCode.TEXT for each in part.evidence]
    return [_in_seen(each, expert.seen, need.seen) for each in found] or case.terms


def _in_seen(evidence: affinity.Evidence, expert: SideText, need: SideText) -> affinity.Evidence:
    """Return evidence whose places name the compared texts, from which the shown texts were taken."""
    ours, theirs = evidence.need_at, evidence.expert_at
    return replace(
        evidence,
        need_at=ours and ours._replace(text=need.index),
        expert_at=theirs and theirs._replace(text=expert.index),
    )


def _of_passages(
    passages: Sequence[affinity.Evidence], expert: SideQuotes, need: SideQuotes, points: Mapping[str, int]
) -> Iterator[ScoreReason]:
    """Yield the reason if both passages stand in texts that the reader sees: of a translation, others are similar."""
    seen = [each for each in passages if expert.holds(each.expert_at) and need.holds(each.need_at)]
    if seen:
        yield ScoreReason(
            heading=wording.relation("passages", expert="", need=""),
            topic="",
            sign=wording.SIGNS["passages"],
            expert=expert.of_passages(each.expert_at for each in seen),
            need=need.of_passages(each.need_at for each in seen),
            points=points[affinity.PartCode.PASSAGES],
        )


def _of_terms(
    terms: Sequence[affinity.Evidence], expert: SideQuotes, need: SideQuotes, points: Mapping[str, int]
) -> Iterator[ScoreReason]:
    if terms:
        yield ScoreReason(
            heading=wording.relation("term", expert="", need=""),
            topic="",
            sign=wording.SIGNS["term"],
            expert=expert.of_terms(each.expert_at for each in terms),
            need=need.of_terms(each.need_at for each in terms),
            points=points[affinity.PartCode.TEXT],
        )


# -- What is missing -----------------------------------------------------------------------------------------------


def lacks(case: Case, enterprise: Registration) -> list[Lack]:
    """Return how the two will talk, then what keeps the score from being higher."""
    return [*_talk(case.pair, case.expert, enterprise, case.reader), *_missing(case.pair, case.need, case.reader)]


def _talk(
    pair: affinity.PairScore, expert: Registration, enterprise: Registration, reader: ReasonReader
) -> Iterator[Lack]:
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
    """Return the talk languages of both sides, without regions."""
    theirs, ours = ([primary(tag) for tag in party.talk_languages] for party in (expert, enterprise))
    return theirs, ours


def _named(tags: Iterable[str], locale: str) -> str:
    return formats.sequence([formats.language(tag, locale) for tag in tags], locale, style="or")


def _missing(pair: affinity.PairScore, need: ShownNeed, reader: ReasonReader) -> Iterator[Lack]:
    for each in pair.missing:
        # The reader may see only the need's title, so whether its text mentions a topic is unknown.
        if each.code != MissingCode.NEED_TOPIC_UNTOLD or need.is_whole:
            topic = reader.label(each.topic) if each.topic else ""
            yield Lack(wording.missing(each.code, topic), wording.FIXES[each.fix])
