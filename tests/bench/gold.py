"""Ranking across languages on the gold set of `tests/data/gold`, with three baselines.


`python -m tests.bench.gold`. Every need of one language ranks all experts of another, for each of the 36 pairs
of languages; the cases are the same, so that only the language differs. The same for the 100 pairs of ten
languages, over the twenty needs and twenty experts who have a text in each. Then lists with experts of six
languages: one round for each language of the needs, and in each round every expert writes in another language.

    ndcg@5, ndcg@10  gain 2^grade - 1, discount log2(1 + rank) (Burges et al., Learning to rank, 2005)
    recall@10        share of the experts graded 2 or 3 among a need's first ten
    mrr              one over the rank of the first of them
    coverage         share of experts who are among the first five of some need
    gini             how unequally these first places are distributed: 0 evenly, near 1 all to one expert

Baselines: `lexical` (the score without the sentence encoder), `topics` (the topic part alone), `n-grams` (cosine of
raw trigram counts), `random` (the same order each time). Target: the worst pair of languages reaches at least 0.85
of the best, and the mean over pairs of different languages .88. Constants of the encoder were chosen on the needs of
odd numbers; both halves are shown.
"""

import argparse
import csv
import json
import math
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np

from matching.affinity import Embedder, Meaning, PartCode, Scores, read_request
from matching.affinity.space import Matrix
from matching.embedders.bundled import BundledEncoder

FOLDER = Path(__file__).parents[1] / "data" / "gold"
LANGUAGES = ("zh", "ru", "en", "de", "ar", "uz")  # every need and expert has a text in each
ALL_LANGUAGES = (*LANGUAGES, "ja", "ko", "fr", "es")  # twenty needs and twenty experts have a text in each
FIGURES = ("ndcg@5", "ndcg@10", "recall@10", "mrr")
RIGHT = 2  # least grade of a relevant expert
WANTED = 0.85  # target for the worst pair of languages, relative to the best
EXPOSED = 5  # number of places of a list that people look at


@dataclass(frozen=True, slots=True)
class Gold:
    """Gold set.

    needs, experts: id -> language -> text. grades: (need, expert) -> 1 to 3; a missing pair has grade 0.
    """

    needs: Mapping[str, Mapping[str, str]]
    experts: Mapping[str, Mapping[str, str]]
    grades: Mapping[tuple[str, str], int]

    def written_in(self, languages: Sequence[str]) -> "Gold":
        """Return the part whose needs and experts have a text in each of the languages."""
        return Gold(_all_written(self.needs, languages), _all_written(self.experts, languages), self.grades)


def _all_written(sides: Mapping[str, Mapping[str, str]], languages: Sequence[str]) -> dict[str, Mapping[str, str]]:
    return {name: texts for name, texts in sides.items() if texts.keys() >= set(languages)}


class RememberedVectors:
    """The bundled encoder, with its vectors in memory."""

    def __init__(self) -> None:
        self._encoder, self._known = BundledEncoder(), dict[str, Matrix]()

    @property
    def model(self) -> str:
        return self._encoder.model

    def embed(self, texts: Sequence[str]) -> Matrix:
        new = [text for text in texts if text not in self._known]
        self._known |= zip(new, self._encoder.embed(new) if new else (), strict=True)
        return np.array([self._known[text] for text in texts])


ENCODER = RememberedVectors()
Ranking = Mapping[str, Sequence[str]]  # need -> experts, best first


def load(folder: Path = FOLDER) -> Gold:
    with (folder / "grades.csv").open(encoding="utf-8", newline="") as file:
        grades = {(row["need"], row["expert"]): int(row["grade"]) for row in csv.DictReader(file)}
    return Gold(_texts(folder / "needs.jsonl"), _texts(folder / "experts.jsonl"), grades)


def _texts(path: Path) -> dict[str, dict[str, str]]:
    sides = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return {side["id"]: {text["lang"]: text["text"] for text in side["texts"]} for side in sides}


def measure() -> dict[str, Any]:
    """Return the figures: `pairs` by need language-expert language, `mixed` lists, `gap`, worst to best pair, and
    `different`, means of nDCG@10 over pairs of different languages for the score and without encoder. `all`: nDCG@10
    of the pairs of ten languages, with and without encoder, over the part that is written in all of them.
    """
    gold = load()
    rankings = {name: _by_pair(gold, ranker) for name, ranker in (("score", ranked), ("lexical", by_words))}
    pairs = {f"{ours}-{theirs}": quality(gold, one) for (ours, theirs), one in rankings["score"].items()}
    gap = {figure: min(found := [pair[figure] for pair in pairs.values()]) / max(found) for figure in FIGURES}
    mixed = {name: _mixed(gold, ranker) for name, ranker in RANKERS.items()}
    different = {name: _different(gold, found) for name, found in rankings.items()}
    shared = gold.written_in(ALL_LANGUAGES)
    every = {name: _ndcg(shared, _by_pair(shared, RANKERS[name], ALL_LANGUAGES)) for name in ("score", "lexical")}
    return {"pairs": pairs, "gap": gap, "mixed": mixed, "different": different, "all": every}


def _by_pair(gold: Gold, ranker: "Ranker", languages: Sequence[str] = LANGUAGES) -> dict[tuple[str, str], Ranking]:
    return {
        (ours, theirs): ranker(gold, ours, dict.fromkeys(gold.experts, theirs))
        for ours in languages
        for theirs in languages
    }


def _ndcg(gold: Gold, rankings: Mapping[tuple[str, str], Ranking]) -> dict[str, float]:
    return {f"{ours}-{theirs}": quality(gold, one)["ndcg@10"] for (ours, theirs), one in rankings.items()}


def _different(gold: Gold, rankings: Mapping[tuple[str, str], Ranking]) -> dict[str, float]:
    """Return nDCG@10 over pairs of different languages: the mean over all, of each language, and of half the needs."""
    apart = {pair: one for pair, one in rankings.items() if pair[0] != pair[1]}

    def of(kept: Iterable[Ranking]) -> float:
        return mean(quality(gold, one)["ndcg@10"] for one in kept)

    found = {"all": of(apart.values())}
    for lang in LANGUAGES:
        found[f"needs {lang}"] = of(one for (ours, _), one in apart.items() if ours == lang)
        found[f"experts {lang}"] = of(one for (_, theirs), one in apart.items() if theirs == lang)
    for at, half in enumerate(("chosen on", "held back")):
        found[half] = of({need: one[need] for need in [*one][at::2]} for one in apart.values())
    return found


def _mixed(gold: Gold, ranker: "Ranker") -> dict[str, float]:
    """Return the figures of lists with experts in six languages: the mean over languages of needs and rounds."""
    found = []
    for at, ours in enumerate(LANGUAGES):
        written = {expert: LANGUAGES[(at + n) % len(LANGUAGES)] for n, expert in enumerate(gold.experts)}
        ranking = ranker(gold, ours, written)
        found.append(quality(gold, ranking) | exposure(gold, ranking))
    return {figure: mean(one[figure] for one in found) for figure in found[0]}


def quality(gold: Gold, ranking: Ranking) -> dict[str, float]:
    """Return four figures of the rankings, each the mean over the needs, in [0, 1]."""
    found: dict[str, list[float]] = {figure: [] for figure in FIGURES}
    for need, experts in ranking.items():
        grades = [gold.grades.get((need, expert), 0) for expert in experts]
        right = [at for at, grade in enumerate(grades) if grade >= RIGHT]
        found["ndcg@5"].append(_gain(grades[:5]) / _gain(sorted(grades, reverse=True)[:5]))
        found["ndcg@10"].append(_gain(grades[:10]) / _gain(sorted(grades, reverse=True)[:10]))
        found["recall@10"].append(sum(at < 10 for at in right) / len(right))
        found["mrr"].append(1 / (1 + right[0]))
    return {figure: mean(values) for figure, values in found.items()}


def _gain(grades: Sequence[int]) -> float:
    return sum((2.0**grade - 1) / math.log2(2 + at) for at, grade in enumerate(grades))


def exposure(gold: Gold, ranking: Ranking) -> dict[str, float]:
    """Return how evenly the first places are distributed over the experts."""
    seen = Counter(expert for experts in ranking.values() for expert in experts[:EXPOSED])
    counts = sorted(seen[expert] for expert in gold.experts)
    weighted = sum((2 * at - len(counts) - 1) * count for at, count in enumerate(counts, start=1))
    return {"coverage": len(seen) / len(counts), "gini": weighted / (len(counts) * sum(counts))}


def scores(gold: Gold, ours: str, written: Mapping[str, str], embedder: Embedder | None = None) -> Scores:
    """Return the scores of the needs in language `ours` and the experts, each in the language of `written`.

    embedder: None for scores without one.
    """
    asked = {
        "format": "affinity-request/1",
        "needs": [_side(need, texts, ours) for need, texts in gold.needs.items()],
        "experts": [_side(expert, texts, written[expert]) for expert, texts in gold.experts.items()],
    }
    request = read_request(asked)
    meaning = None if embedder is None else Meaning(request.needs, request.experts, embedder)
    return Scores(request.needs, request.experts, request.interpreters, meaning=meaning)


def _side(name: str, texts: Mapping[str, str], lang: str) -> dict[str, Any]:
    return {"id": name, "texts": [{"lang": lang, "text": texts[lang]}]}


def ranked(gold: Gold, ours: str, written: Mapping[str, str]) -> Ranking:
    """Return each need's experts, ranked by the score."""
    return _ranking(scores(gold, ours, written, ENCODER))


def by_words(gold: Gold, ours: str, written: Mapping[str, str]) -> Ranking:
    """Return each need's experts, ranked by the score without the sentence encoder."""
    return _ranking(scores(gold, ours, written))


def _ranking(found: Scores) -> Ranking:
    return {need.id: [found.experts[at].id for at in found.best(row)] for row, need in enumerate(found.needs)}


def by_topics(gold: Gold, ours: str, written: Mapping[str, str]) -> Ranking:
    """Return each need's experts, ranked by the topic part alone."""
    value = scores(gold, ours, written).values[PartCode.TOPIC].tolist()
    return {
        need: _sorted(dict(zip(gold.experts, row, strict=True))) for need, row in zip(gold.needs, value, strict=True)
    }


def by_ngrams(gold: Gold, ours: str, written: Mapping[str, str]) -> Ranking:
    """Return each need's experts, ranked by the cosine of raw trigram counts."""
    theirs = {expert: _grams(texts[written[expert]]) for expert, texts in gold.experts.items()}
    return {
        need: _sorted({expert: _cosine(grams, found) for expert, found in theirs.items()})
        for need, texts in gold.needs.items()
        for grams in [_grams(texts[ours])]
    }


def _grams(text: str) -> Counter[str]:
    folded = " ".join(text.casefold().split())
    return Counter(folded[at : at + 3] for at in range(len(folded) - 2))


def _cosine(one: Counter[str], other: Counter[str]) -> float:
    length = math.hypot(*one.values()) * math.hypot(*other.values())
    return sum(count * other[gram] for gram, count in one.items()) / length


def _sorted(value: Mapping[str, float]) -> list[str]:
    return sorted(value, key=lambda expert: (-value[expert], expert))


def by_chance(gold: Gold, ours: str, written: Mapping[str, str]) -> Ranking:
    """Return each need's experts in a random order, the same each time for one language."""
    dice = random.Random(ours)
    return {need: dice.sample(list(gold.experts), len(gold.experts)) for need in gold.needs}


Ranker = Callable[[Gold, str, Mapping[str, str]], Ranking]
RANKERS: dict[str, Ranker] = {
    "score": ranked,
    "lexical": by_words,
    "topics": by_topics,
    "n-grams": by_ngrams,
    "random": by_chance,
}


def lines(measured: Mapping[str, Any]) -> Iterator[str]:
    """Return the figures as lines of a table."""
    pairs = measured["pairs"]
    yield from _table({name: pair["ndcg@10"] for name, pair in pairs.items()}, LANGUAGES, "every need and expert")
    for name, ndcg in measured["all"].items():
        yield from _table(ndcg, ALL_LANGUAGES, f"{name}, what is written in ten languages")
    yield f"{'figure':<11}{'least':>7}{'mean':>7}{'most':>7}{'least/most':>12}   wanted {WANTED}"
    for figure in FIGURES:
        found = [pair[figure] for pair in pairs.values()]
        yield f"{figure:<11}{min(found):7.3f}{mean(found):7.3f}{max(found):7.3f}{measured['gap'][figure]:12.3f}"
    yield "different languages, nDCG@10"
    for name, figures in measured["different"].items():
        yield f"{name:<11}" + ", ".join(f"{of} {value:.3f}" for of, value in figures.items())
    yield "experts of six languages in one list"
    yield f"{'':<11}" + "".join(f"{figure:>11}" for figure in measured["mixed"]["score"])
    for name, figures in measured["mixed"].items():
        yield f"{name:<11}" + "".join(f"{value:11.3f}" for value in figures.values())


def _table(ndcg: Mapping[str, float], languages: Sequence[str], what: str) -> Iterator[str]:
    """Yield nDCG@10 of the pairs as a table, and below it the mean of different languages and the worst pair."""
    yield f"nDCG@10, {what}; needs in rows, experts in columns"
    yield "      " + "".join(f"{lang:>7}" for lang in languages)
    for ours in languages:
        yield f"  {ours:<4}" + "".join(f"{ndcg[f'{ours}-{theirs}']:7.3f}" for theirs in languages)
    different = [ndcg[f"{ours}-{theirs}"] for ours in languages for theirs in languages if ours != theirs]
    worst = min(ndcg, key=ndcg.__getitem__)
    share = ndcg[worst] / max(ndcg.values())
    yield f"mean of different languages {mean(different):.3f}"
    yield f"worst pair {worst} {ndcg[worst]:.3f}, {share:.2f} of the best"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.gold", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="the figures as JSON")
    options = parser.parse_args(arguments)
    found = measure()
    print(json.dumps(found, indent=1) if options.json else "\n".join(lines(found)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
