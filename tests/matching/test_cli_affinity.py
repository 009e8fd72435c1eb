"""`python -m matching --affinity`: needs and offers compared on the command line."""

import json
import os
import subprocess
import sys
from pathlib import Path

from matching.formats.documents import dump
from tests.matching.embedders import tiny
from tests.matching.test_cli import run


def test_an_affinity_request_is_answered() -> None:
    request = {
        "format": "affinity-request/1",
        "needs": [{"id": "n", "texts": [{"lang": "en", "text": "Welding of titanium alloys"}]}],
        "experts": [{"id": f"e{n}", "texts": [{"lang": "en", "text": "Welding of titanium"}]} for n in range(3)],
    }

    answered = run("--affinity", "-", "--top", "2", stdin=dump(request))

    assert answered.returncode == 0
    assert [(p["need"], p["expert"]) for p in json.loads(answered.stdout)["pairs"]] == [("n", "e0"), ("n", "e1")]


ONE_OF_EACH = {
    "format": "affinity-request/1",
    "needs": [{"id": "n", "texts": [{"lang": "en", "text": "magnet"}]}],
    "experts": [{"id": "e", "texts": [{"lang": "ru", "text": "магнит"}]}],
}


def test_an_affinity_request_is_answered_with_the_model_of_a_folder(tmp_path: Path) -> None:
    folder, cache = tiny.write(tmp_path / "model"), str(tmp_path / "vectors.db")

    answered = run("--affinity", "-", stdin=dump(ONE_OF_EACH), MATCH_EMBED=f"onnx:{folder}", MATCH_EMBED_CACHE=cache)

    result = json.loads(answered.stdout)
    assert (answered.returncode, answered.stderr) == (0, b"")
    assert "+onnx:" in result["version"]
    assert "passages" in {part["code"] for part in result["pairs"][0]["parts"]}


def test_where_the_model_is_missing_the_answer_comes_without_it_and_says_so(tmp_path: Path) -> None:
    setting, cache = f"onnx:{tmp_path / 'missing'}", str(tmp_path / "vectors.db")

    answered = run("--affinity", "-", stdin=dump(ONE_OF_EACH), MATCH_EMBED=setting, MATCH_EMBED_CACHE=cache)

    assert answered.returncode == 0
    assert "+" not in json.loads(answered.stdout)["version"]
    assert {"code": "no_embedding", "fix": "operator"} in json.loads(answered.stdout)["pairs"][0]["missing"]
    assert answered.stderr.startswith(b"scored without embeddings: ")


def test_a_setting_that_names_no_model_is_malformed() -> None:
    answered = run("--affinity", "-", stdin=dump(ONE_OF_EACH), MATCH_EMBED="cloud:key")

    assert (answered.returncode, answered.stdout) == (2, b"")
    assert answered.stderr == b"MATCH_EMBED is bundled, none, onnx:FOLDER or openai:BASE_URL\n"


def test_texts_are_compared_by_the_bundled_encoder_which_leaves_nothing_behind(tmp_path: Path) -> None:
    asked, source = dump(ONE_OF_EACH), Path(__file__).parents[2]
    program = [sys.executable, "-m", "matching", "--affinity", "-"]
    plain = {name: value for name, value in os.environ.items() if not name.startswith("MATCH_EMBED")}

    answered = subprocess.run(
        program, input=asked, capture_output=True, cwd=tmp_path, env={**plain, "PYTHONPATH": str(source)}
    )

    [magnets] = json.loads(answered.stdout)["pairs"]
    assert (answered.returncode, answered.stderr, list(tmp_path.iterdir())) == (0, b"", [])
    assert "passages" in {part["code"] for part in magnets["parts"]}


def test_a_malformed_affinity_request() -> None:
    answered = run("--affinity", "-", stdin=b'{"format": "affinity-request/1", "needs": {}, "experts": []}')

    assert answered.returncode == 2
    assert [line.split(":")[0] for line in answered.stderr.decode().splitlines()] == ["/needs"]
