"""Quotations of a side: each term, each run of letters similar to a topic's names, each declared topic.

A quotation is shown only if the match would be worth less without it. Profiles are additive, so this is known
without a new match: `Quotes.losses` is a lower bound for any set of quotations removed together.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from matching.affinity.constants import CHANCE, DECLARED, FULLNESS, LIKENESS
from matching.affinity.grams import ngram_weights
from matching.affinity.lexicon import lexicon
from matching.affinity.profiles import Profiles, TextGroup, TextSpan, repetition_weight
from matching.affinity.space import Indices, Vector

TOPICS = 3  # most topics that a quotation is assigned to
LEAST_ENTRY = 0.05  # relative to the quotation's main topic: smaller amounts are left out of the losses, for speed
LEAST_TOPIC = 0.3  # relative to the quotation's main topic: smaller amounts are no topic of it for a reader

_Span = tuple[int, int, int, int]  # text, start, end, number of the term or -1


@dataclass(frozen=True)
class Quotes:
    """Quotations of a side, as arrays.

    places: position of each quotation, None for a declared topic. quote, topic, full, last: one entry for each
    topic of each quotation; full is what all its occurrences say, last what is lost with this one. floor: most
    that the topics of `could_exceed_chance` gain when the quotation is removed. could_exceed_chance: [group,
    topic], whether the likeness could. group: of each quotation. thinner: share of the side's size that is lost
    with it. lone: whether it tells a reader nothing when quoted alone. about: entries of the quotation's main
    topics.
    """

    places: tuple[TextSpan | None, ...]
    quote: Indices
    topic: Indices
    full: Vector
    last: Vector
    floor: Vector
    could_exceed_chance: npt.NDArray[np.float32]
    group: Indices
    thinner: Vector
    lone: npt.NDArray[np.bool_]
    about: Indices

    def losses(self, towards: Vector, own: float) -> Vector:
        """Return for each quotation a lower bound on what the match loses without it.

        towards: weight of each topic on the other side. own: part of the match that comes from this side's
        texts.
        """
        said = np.bincount(self.quote, self.last * towards[self.topic], minlength=len(self.places))
        gained = self.floor * (self.could_exceed_chance @ towards)[self.group]
        return np.asarray(said - gained - 2 * self.thinner * own)


def quotes(side: int, profiles: Profiles) -> Quotes:
    """Return the quotations of one side of the profiles."""
    size = float(profiles.size[side])
    found = [_of_texts(said, profiles, said.weight / size) for said in profiles.groups[side]]
    declared = np.flatnonzero(profiles.declared[side])
    amount = DECLARED * profiles.declared[side, declared]
    none = np.zeros(len(declared))
    found.append(_Part([None] * len(none), np.arange(len(none)), declared, amount, amount, none, none, none > 0))
    offsets = np.cumsum([0, *(len(part.places) for part in found)])
    quote = np.concatenate([part.quote + offset for part, offset in zip(found, offsets, strict=False)])
    topic = np.concatenate([part.topic for part in found])
    entry, place = np.unique(quote * len(profiles.space.ids) + topic, return_inverse=True)
    quote, topic = np.divmod(entry, len(profiles.space.ids))
    full = np.bincount(place, np.concatenate([part.full for part in found]), len(entry)).astype(np.float64)
    last = np.bincount(place, np.concatenate([part.last for part in found]), len(entry)).astype(np.float64)
    heavy = full >= LEAST_ENTRY * _most(quote, full)
    quote, topic, full, last = quote[heavy], topic[heavy], full[heavy], last[heavy]
    return Quotes(
        places=tuple(place for part in found for place in part.places),
        quote=quote,
        topic=topic,
        full=full,
        last=last,
        floor=np.concatenate([part.floor for part in found]),
        could_exceed_chance=np.array(
            [*map(profiles.could_exceed_chance, profiles.groups[side]), np.zeros(len(profiles.space.ids))], np.float32
        ),
        group=np.repeat(np.arange(len(found)), [len(part.places) for part in found]),
        thinner=np.concatenate([part.thinner for part in found]),
        lone=np.concatenate([part.lone for part in found]),
        about=_main(quote, full),
    )


@dataclass(frozen=True)
class _Part:
    """Arrays of `Quotes` for one group of texts."""

    places: Sequence[TextSpan | None]
    quote: Indices
    topic: Indices
    full: Vector
    last: Vector
    floor: Vector
    thinner: Vector
    lone: npt.NDArray[np.bool_]


def _of_texts(said: TextGroup, profiles: Profiles, scale: float) -> _Part:
    """Return the quotations of one group of texts. scale: weight of the group, divided by the size of the side."""
    spans = _spans(said)
    quote, topic, full, last = _terms(spans, said, profiles)
    runs = _runs(spans, said, profiles)
    return _Part(
        places=[TextSpan(said.texts[text], start, end) for text, start, end, _ in spans],
        quote=np.concatenate([np.array(quote, dtype=np.int64), runs.quote]),
        topic=np.concatenate([np.array(topic, dtype=np.int64), runs.topic]),
        full=scale * np.concatenate([np.array(full, dtype=np.float64), runs.full]),
        last=scale * np.concatenate([np.array(last, dtype=np.float64), runs.last]),
        floor=scale * runs.floor,
        thinner=_size_losses(spans, said, profiles) * scale,
        lone=np.array([at < 0 and (a, b) in said.readings[text].lone for text, a, b, at in spans], dtype=np.bool_),
    )


def _spans(said: TextGroup) -> list[_Span]:
    """Return the first occurrence of each term, and the runs of n-grams outside all terms, by position."""
    first = {(id(hit)) for hit, _ in said.terms.values()}
    spans: list[_Span] = []
    for text, reading in enumerate(said.readings):
        taken = [(hit.start, hit.end) for hit in reading.hits]
        spans += [(text, hit.start, hit.end, hit.number) for hit in reading.hits if id(hit) in first]
        spans += [(text, start, end, -1) for start, end in _stretches(reading.run_start, reading.run_end, taken)]
    return sorted(spans)


def _stretches(
    starts: npt.NDArray[np.int32], ends: npt.NDArray[np.int32], taken: Sequence[tuple[int, int]]
) -> list[tuple[int, int]]:
    """Return the n-gram positions outside `taken`, overlapping ones joined. taken: disjoint, by position."""
    if not len(starts):
        return []
    if taken:
        before = np.searchsorted(np.array([end for _, end in taken]), starts, side="right")
        begins = np.append([start for start, _ in taken], np.iinfo(np.int32).max)
        free = begins[before] >= ends
        starts, ends = starts[free], ends[free]
    stretches: list[tuple[int, int]] = []
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        if stretches and start < stretches[-1][1]:
            stretches[-1] = stretches[-1][0], max(end, stretches[-1][1])
        else:
            stretches.append((start, end))
    return stretches


def _terms(
    spans: Sequence[_Span], said: TextGroup, profiles: Profiles
) -> tuple[list[int], list[int], list[float], list[float]]:
    """Return quote, topic, full and last of `Quotes` for the terms."""
    quote, topic, full, last = [], [], [], []
    for at, (_, _, _, number) in enumerate(spans):
        if number < 0:
            continue
        hit, times = said.terms[number]
        whole = float(repetition_weight(times))
        goes = whole - float(repetition_weight(times - 1)) if times > 1 else whole
        for name in hit.topics:
            place = profiles.space.index[name]
            share = float(profiles.weighing.topics[place]) * hit.weight / len(hit.topics)
            quote.append(at)
            topic.append(place)
            full.append(share * whole)
            last.append(share * goes)
    return quote, topic, full, last


@dataclass(frozen=True)
class _Runs:
    """Entries of `Quotes` that come from n-grams."""

    quote: Indices
    topic: Indices
    full: Vector
    last: Vector
    floor: Vector


def _runs(spans: Sequence[_Span], said: TextGroup, profiles: Profiles) -> _Runs:
    """Return what the n-grams inside each span say; an n-gram belongs to the first span that it overlaps."""
    sounds = ngram_weights(profiles.space.scheme, said.known)
    weights = profiles.weighing.of_runs(profiles.space, said.known)
    inside, at = [], []
    for text, reading in enumerate(said.readings):
        ours = [(number, span) for number, span in enumerate(spans) if span[0] == text]
        if not ours or not len(reading.runs):
            continue
        ends = np.array([span[2] for _, span in ours])
        starts = np.append([span[1] for _, span in ours], np.iinfo(np.int32).max)
        which = np.searchsorted(ends, reading.run_start, side="right")
        meets = starts[which] < reading.run_end
        inside.append(reading.runs[meets].astype(np.int64))
        at.append(np.array([number for number, _ in ours])[which[meets]])
    row, quote = (np.concatenate(part) if part else np.zeros(0, dtype=np.int64) for part in (inside, at))
    quote, row = np.divmod(np.unique(quote * len(sounds.row) + row), max(len(sounds.row), 1))
    rows, times = said.runs
    count = times[np.searchsorted(rows, row)]
    whole = repetition_weight(count)
    goes = np.where(count > 1, whole - repetition_weight(np.maximum(count - 1, 1)), whole)
    lost = goes * weights[row] * sounds.chance[row] * CHANCE * LIKENESS
    floor = np.asarray(np.bincount(quote, lost, minlength=len(spans)), dtype=np.float64)
    table = sounds.weights
    length = np.diff(table.indptr)[row]
    place = np.repeat(table.indptr[row], length) + _within(length)
    topic = table.indices[place].astype(np.int64)
    share = LIKENESS * table.data[place] * np.repeat(weights[row], length) * profiles.share_above_chance(said)[topic]
    said_in_all = share > 0
    entry = np.repeat(quote, length)[said_in_all]
    full, last = (share * np.repeat(part, length) for part in (whole, goes))
    return _Runs(entry, topic[said_in_all], full[said_in_all], last[said_in_all], floor)


def _within(lengths: Indices) -> Indices:
    """Return 0, 1, ..., n - 1 for each length n, concatenated."""
    ends = np.cumsum(lengths)
    return np.arange(int(ends[-1]) if len(ends) else 0) - np.repeat(ends - lengths, lengths)


def _size_losses(spans: Sequence[_Span], said: TextGroup, profiles: Profiles) -> Vector:
    """Return for each span how much the side's size falls if the span is removed."""
    gone = np.zeros(len(spans))
    once = {key for key, times in said.tokens.items() if times == 1}
    for text, reading in enumerate(said.readings):
        ours = [(number, span) for number, span in enumerate(spans) if span[0] == text]
        if not ours:
            continue
        ends = np.array([span[2] for _, span in ours])
        starts = np.append([span[1] for _, span in ours], np.iinfo(np.int32).max)
        unique = reading.token_start[[key in once for key in reading.tokens]]
        which = np.searchsorted(ends, unique, side="right")
        inside = which[starts[which] <= unique]
        np.add.at(gone, np.array([number for number, _ in ours])[inside], 1.0)
    return gone * FULLNESS / lexicon(profiles.space.scheme, said.known).breadth


def _most(quote: Indices, full: Vector) -> Vector:
    """Return for each entry the greatest amount of its quotation."""
    most = np.zeros(int(quote[-1]) + 1 if len(quote) else 0)
    np.maximum.at(most, quote, full)
    return most[quote]


def _main(quote: Indices, full: Vector) -> Indices:
    """Return the entries of each quotation's main topics."""
    order = np.lexsort((-full, quote))
    start = np.searchsorted(quote[order], quote[order])
    first = np.arange(len(order)) - start < TOPICS
    return np.sort(order[first & (full[order] >= LEAST_TOPIC * full[order[start]])])
