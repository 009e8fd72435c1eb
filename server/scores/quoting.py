"""Quote a text: the sentence that supports a reason."""

import re
from dataclasses import dataclass

LONGEST = 240
ROOM = 40  # least number of characters shown on each side of the words
_END = re.compile(r"[.!?…](?=\s)|[。！？；\n]")


@dataclass(frozen=True)
class Quote:
    """A quotation. text has the words in question at [start, end), in characters."""

    text: str
    start: int
    end: int


def quote(text: str, start: int, end: int, longest: int = LONGEST) -> Quote:
    """Return the sentence around [start, end), shortened at spaces with an ellipsis beyond `longest`."""
    begin = max((found.end() for found in _END.finditer(text, 0, start)), default=0)
    after = _END.search(text, end)
    stop = after.end() if after else len(text)
    room = max(ROOM, (longest - (end - start)) // 2)
    left = begin if start - begin <= room else _word_start(text, start - room, start)
    right = stop if stop - end <= room else _word_end(text, end, end + room)
    before, behind = text[left:start].lstrip(), text[end:right].rstrip()
    before, behind = ("…" + before if left > begin else before), (behind + "…" if right < stop else behind)
    return Quote(before + text[start:end] + behind, len(before), len(before) + end - start)


def passage(text: str, start: int, end: int, longest: int = LONGEST) -> Quote:
    """Return [start, end) without words in question, shortened at its end."""
    stop = end if end - start <= longest else _word_end(text, start + longest // 2, start + longest)
    return Quote(text[start:stop].rstrip() + ("…" if stop < end else ""), 0, 0)


def _word_start(text: str, at: int, before: int) -> int:
    """Return where the first word after `at` begins, or `at` in scripts without spaces."""
    space = text.find(" ", at, before)
    return space + 1 if space >= 0 else at


def _word_end(text: str, after: int, at: int) -> int:
    """Return where the last word before `at` ends, or `at` in scripts without spaces."""
    space = text.rfind(" ", after, at)
    return space if space >= 0 else at
