"""Affinity benchmarks: ranking across languages, and the speed of scoring a large event."""

import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from matching.embedders import BUNDLED, OFF
from tests.bench.gold import FOLDER, lines, measure
from tests.bench.report import BenchReport

EXPERTS, NEEDS = 1_000, 3_000
_LINE = re.compile(
    r"(\w+): micro nDCG@10 ([\d.]+) AUC ([\d.]+) \| macro nDCG@10 ([\d.]+) AUC ([\d.]+) \| (\d+) needs, (\d+)"
)


def abstracts(report: BenchReport, folder: Path) -> None:
    """Measure real abstracts, Chinese against Russian, judged by the script in their folder, with the sentence encoder
    and without.
    """
    for case, setting in (("abstracts", BUNDLED), ("abstracts, lexical", OFF)):
        _abstracts(report, folder, case, setting)


def _abstracts(report: BenchReport, folder: Path, case: str, setting: str) -> None:
    with tempfile.TemporaryDirectory() as place:
        request, result = Path(place) / "request.json", Path(place) / "result.json"
        script = [sys.executable, str(folder / "score.py")]
        request.write_bytes(subprocess.run([*script, "request"], check=True, capture_output=True).stdout)
        seconds = _answered(request, result, MATCH_EMBED=setting, MATCH_EMBED_CACHE=str(Path(place) / "vectors.db"))
        judged = subprocess.run([*script, "score", str(result)], check=True, capture_output=True, text=True).stdout
    names = ("micro nDCG@10", "micro AUC", "macro nDCG@10", "macro AUC", "needs", "disciplines")
    for found in _LINE.finditer(judged):
        figures = dict(zip(names, map(float, found.groups()[1:]), strict=True))
        of = f"{case}, {found[1]} fields"
        report.add("affinity", of, "ours", {**figures, "seconds": seconds})
        report.show("affinity", of, "ours", (*names, "seconds"))
    if not _LINE.search(judged):
        report.skip("affinity on real abstracts", f"the script said: {judged[:200]}")


def gold(report: BenchReport) -> None:
    """Measure the gold set of six languages with its baselines."""
    found = measure()
    for name, number in _numbers(found):
        report.add("affinity", "gold set", name, {"figure": number})
    print("\n".join(lines(found)), flush=True)


def _numbers(found: Any, path: str = "") -> Iterator[tuple[str, float]]:
    if isinstance(found, dict):
        for key, value in found.items():
            yield from _numbers(value, f"{path} {key}".strip())
    elif isinstance(found, int | float):
        yield path, float(found)


def speed(report: BenchReport) -> None:
    """Measure a request as large as an expo, from file to file, with the best twenty experts of each need: with new
    texts, with texts whose vectors are kept, and without the sentence encoder.

    The texts come from the gold set, two joined for each need and expert, so that few are alike.
    """
    with tempfile.TemporaryDirectory() as place:
        request, result = Path(place) / "request.json", Path(place) / "result.json"
        document = {
            "format": "affinity-request/1",
            "needs": list(islice(_texts("needs"), NEEDS)),
            "experts": list(islice(_texts("experts"), EXPERTS)),
        }
        request.write_text(json.dumps(document, ensure_ascii=False), "utf-8")
        for how, setting in (("lexical", OFF), ("new texts", BUNDLED), ("kept vectors", BUNDLED)):
            kept = {"MATCH_EMBED": setting, "MATCH_EMBED_CACHE": str(Path(place) / "vectors.db")}
            seconds = _answered(request, result, "--top", "20", **kept)
            size = result.stat().st_size / 1e6
            memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
            case = f"{EXPERTS:,} experts × {NEEDS:,} needs, {how}"
            report.add("affinity", case, "ours", {"seconds": seconds, "MB of result": size, "MB at most": memory})
            report.show("affinity", case, "ours", ("seconds", "MB of result", "MB at most"))


def _texts(kind: str) -> Iterator[dict[str, Any]]:
    """Yield texts without end: those of each language, each joined with another one that changes every round."""
    rows = (FOLDER / f"{kind}.jsonl").read_text(encoding="utf-8").splitlines()
    texts = [text for row in rows for text in json.loads(row)["texts"]]
    for number, text in enumerate(cycle(texts)):
        other = texts[(number * 7 + number // len(texts) + 1) % len(texts)]
        joined = [{"lang": each["lang"], "text": each["text"]} for each in (text, other)]
        yield {"id": f"{kind[0]}{number}", "texts": joined}


def _answered(request: Path, result: Path, *options: str, **variables: str) -> float:
    command = [sys.executable, "-m", "matching", "--affinity", str(request), "--out", str(result), *options]
    started = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, **variables})
    return time.perf_counter() - started
