"""Pseudo-translations of English, which reveal untranslated texts, overflow and right-to-left errors."""

import re
from collections.abc import Callable

_ACCENTED = str.maketrans(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
    "ÅƁÇÐÉƑĜĤÎĴĶĻṀÑÖÞɊŔŠŢÛṼŴẊÝŽåƀçðéƒĝĥîĵķļɱñöþɋŕšţûṽŵẋýž",
)
# Parts that programs read stay unchanged: placeholders, doubled percent signs, tags and entities.
_KEPT = re.compile(r"(%\(\w+\)s|%%|<[^<>]*>|&#?\w+;)")
_WORD = re.compile(r"\S+")
_REVERSED = "\u200f\u202e\\g<0>\u202c\u200f"
_FILLER = "~ öñé ţŵö ţĥŕéé ƒöûŕ ƒîṽé šîẋ šéṽéñ éîĝĥţ ñîñé ţéñ"


def accented(text: str) -> str:
    """Return the text with accents, two fifths longer and between ⟦ and ⟧."""
    spoken = "".join(_KEPT.split(text)[::2])
    padding = (_FILLER * (len(spoken) // len(_FILLER) + 1))[: max(1, round(len(spoken) * 0.4))]
    return f"⟦{_outside_kept(lambda part: part.translate(_ACCENTED), text)} {padding.strip()}⟧"


def mirrored(text: str) -> str:
    """Return the text with words from right to left by U+202E…U+202C, between ⟦ and ⟧."""
    return f"⟦{_outside_kept(lambda part: _WORD.sub(_REVERSED, part), text)}⟧"


def _outside_kept(change: Callable[[str], str], text: str) -> str:
    # A split by one capturing group alternates: texts at even places, kept parts at odd places.
    return "".join(part if index % 2 else change(part) for index, part in enumerate(_KEPT.split(text)))
