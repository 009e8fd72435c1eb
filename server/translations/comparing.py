"""What differs between two versions of a text, word by word."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import NamedTuple

from server.translations.sources import sentences

# A word, number or run of spaces; a letter of scripts without spaces between words; any other sign.
_PARTS = re.compile(r"\s+|[぀-ヿ㐀-鿿豈-﫿]|[^\W぀-ヿ㐀-鿿豈-﫿]+(?:[.,]\d+)*|.", re.DOTALL)
MOST_PARTS = 1_500  # of one version that are compared word by word; longer passages are compared by sentences
LEAST_ALIKE = 0.3  # share of common words below which two passages count as different altogether


class Stretch(NamedTuple):
    """A stretch of one version. is_changed: the other version does not have it there."""

    text: str
    is_changed: bool


@dataclass(frozen=True)
class Difference:
    """Two versions of a text, each whole."""

    before: Sequence[Stretch]
    now: Sequence[Stretch]


def difference(before: str, now: str) -> Difference:
    """Return two versions with what differs marked. A second for the longest texts: call it in a thread."""
    one, other = _by_sentences(before), _by_sentences(now)
    old: list[Stretch] = []
    new: list[Stretch] = []
    for name, a, b, c, d in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        left, right = "".join(one[a:b]), "".join(other[c:d])
        if name == "equal":
            old.append(Stretch(left, False))
            new.append(Stretch(right, False))
        else:
            words = _by_words(left, right)
            old += words.before
            new += words.now
    return Difference(list(_joined(old)), list(_joined(new)))


def _by_sentences(text: str) -> list[str]:
    """Return the sentences of a text, each with the spaces behind it."""
    found: list[str] = []
    at = 0
    for each in sentences(text):
        start = text.index(each, at)
        end = start + len(each)
        if found:
            found[-1] += text[at:start]
            found.append(each)
        else:
            found.append(text[:end])
        at = end
    if found:
        found[-1] += text[at:]
    return found or ([text] if text else [])


def _by_words(before: str, now: str) -> Difference:
    one, other = _PARTS.findall(before), _PARTS.findall(now)
    if max(len(one), len(other)) <= MOST_PARTS:
        matcher = SequenceMatcher(None, one, other, autojunk=False)
        if matcher.ratio() >= LEAST_ALIKE:
            old: list[Stretch] = []
            new: list[Stretch] = []
            for name, a, b, c, d in matcher.get_opcodes():
                old.append(Stretch("".join(one[a:b]), name != "equal"))
                new.append(Stretch("".join(other[c:d]), name != "equal"))
            return Difference(old, new)
    return Difference([Stretch(before, True)], [Stretch(now, True)])


def _joined(stretches: Sequence[Stretch]) -> Iterator[Stretch]:
    """Yield the stretches that are not empty, neighbours of one kind together, with the spaces between two changes."""
    text, is_changed = "", False
    for place, each in enumerate(stretches):
        follows = stretches[place + 1].is_changed if place + 1 < len(stretches) else False
        kind = each.is_changed or (is_changed and follows and each.text.isspace())
        if text and kind != is_changed:
            yield Stretch(text, is_changed)
            text = ""
        if each.text:
            text, is_changed = text + each.text, kind
    if text:
        yield Stretch(text, is_changed)
