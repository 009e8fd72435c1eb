"""Divide a text into passages: its sentences, as far as a sentence encoder reads them."""

import re
from collections.abc import Iterator
from functools import lru_cache

READ = 8_000  # characters of a text that are read; the first ones tell what it is about
MOST = 60  # passages of a text
LONGEST = 500  # characters of a passage; the rest of a longer sentence is another passage
LEAST = 8  # letters of a passage; shorter ones, such as abbreviations, go with what follows
_IDEOGRAPH_WEIGHT = 3  # one ideograph counts as three letters
_END = re.compile(r"[.!?…؟](?=\s)|[。！？；\n]")
_IDEOGRAPH = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_LETTER = re.compile(r"[^\W\d_]")


@lru_cache(maxsize=20_000)
def passages(text: str) -> tuple[tuple[int, int], ...]:
    """Return [start, end) of each passage, without white space around it."""
    found: list[tuple[int, int]] = []
    begin, last = 0, min(len(text), READ)
    for end in _ends(text[:READ]):
        words = text[begin:end]
        is_short = _size(words) < LEAST
        if not words.strip() or (is_short and end < last):
            continue
        start, stop = begin + len(words) - len(words.lstrip()), begin + len(words.rstrip())
        if is_short and found:
            start = found.pop()[0]
        found.append((start, stop))
        begin = end
    return tuple(found[:MOST])


def _ends(text: str) -> Iterator[int]:
    begin = 0
    for end in [*(match.end() for match in _END.finditer(text)), len(text)]:
        while end - begin > LONGEST:
            space = text.rfind(" ", begin + LONGEST // 2, begin + LONGEST)
            begin = space + 1 if space >= 0 else begin + LONGEST
            yield begin
        begin = end
        yield end


def _size(words: str) -> int:
    return len(_LETTER.findall(words)) + (_IDEOGRAPH_WEIGHT - 1) * len(_IDEOGRAPH.findall(words))
