"""Functions that read texts, run on hostile texts: `python -m tests.hostile`, for a process with a time limit.

Each text repeats a few characters many times. Work that is quadratic in the length would take minutes.
"""

import sys
from collections.abc import Callable, Iterator

from i18n.names import suggest_latin
from i18n.text import clean_line, clean_text, graphemes, search_key, sort_key
from matching.affinity import Expert, Need, RequestText, Scores, suggest
from matching.affinity.languages import detect
from matching.affinity.overlap import codes_in
from matching.affinity.tokens import tokenise
from server.scores.quoting import quote
from server.search import gathering, query

LENGTH = 16_000
LANGUAGES = ("ru", "en", "de", "uz", "ar", "zh")
AGAIN = (
    *".…!()[]<&@-_%\"' \n\u00ad\u200b\u0301\u3099",
    *"aAАя磁م한가𠀀1ßİﷺ",
    *("\u0301\u0323", "e\u0301", "か\u3099", "A-", "A1", "AB ", "AB1", "A1-", "1A", "<a ", "&#1", "Aа", "аA1"),
    *("ов", "ами", "lari", "ال", "وال", "o'", "磁铁", "磁 ", ". ", "a.b", "a@b.", "http://", "12Х18Н10Т-", "Nd2Fe14B-"),
)
READERS: dict[str, Callable[[str], object]] = {
    "clean_text": clean_text,
    "clean_line": clean_line,
    "graphemes": graphemes,
    "search_key": search_key,
    "sort_key": sort_key,
    "suggest_latin": suggest_latin,
    "detect": detect,
    "codes": codes_in,
    "tokens": lambda text: [tokenise(text, lang) for lang in LANGUAGES],
    "quote": lambda text: quote(text, len(text) // 2, len(text) // 2 + 1),
    "query": lambda text: (query.spelling(text), query.sound(text), query.query_of(text)),
    "found": lambda text: gathering._words_of(text),
    "suggest": lambda text: suggest(text, None),
}
SCORED = ("А", "磁", "A1", ".", "аA1", "ами", "a")


def texts() -> Iterator[str]:
    for again in AGAIN:
        text = (again * LENGTH)[:LENGTH]
        yield text
        yield text + "ж"


def score(again: str) -> None:
    """Score a pair with its reasons, as on a page."""
    text = (again * LENGTH)[: LENGTH // 3]
    Scores([Need("n", (RequestText(text + "\nмагниты magnets"),))], [Expert("e", (RequestText(text),))]).explain(0, 0)


if __name__ == "__main__":
    for name, reader in READERS.items():
        print(name, flush=True)  # the last one printed is the one that did not end
        for text in texts():
            reader(text)
    for again in SCORED:
        print("score", repr(again), flush=True)
        score(again)
    print("done")
    sys.exit(0)
