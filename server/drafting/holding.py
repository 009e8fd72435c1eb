"""What no engine may translate: numbers, formulas, grades, names, addresses. Marks such as [1] stand for them in the
text that is sent, and each mark has to come back exactly once.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from server.drafting.units import MEASURED, NUMBER, RANGE, spelled, unit_in
from server.models.drafts import DraftFault

_W = "A-Za-zА-Яа-яЁё0-9"
_U = "A-Za-zА-ЯЁ0-9"  # of codes: Cyrillic ones are in capitals
_ELEMENT = (
    "A[cglmrstu]|B[aehikr]?|C[adeflmorsu]?|D[bsy]|E[rsu]|F[emr]?|G[ade]|H[efgos]?|I[nr]?|K[r]?|L[airuv]|M[dgnot]|"
    "N[abdeip]?|O[s]?|P[abdmortu]?|R[abefghnu]|S[bcegimnr]?|T[abcehilm]|U|V|W|Xe|Yb?|Z[nr]"
)
_RAISED = "\u00b2\u00b3\u00b9\u2070\u2074-\u2079\u2080-\u2089"  # digits above and below the line
_SIGNS = "\u207a\u207b\u208a\u208b"
_OTHER = "\u00bc-\u00be\u2150-\u215e\u2460-\u249b"  # fractions, numbers in circles and brackets
_NO_CODE = rf"\d+(?:st|nd|rd|th|s)(?![{_W}])"  # 3rd, 1980s
# The first that matches counts. Chinese characters stand beside numbers and codes without a space.
_KINDS = {
    "link": r"(?:https?://|www\.)[^\s<>，。；、（）【】]*[^\s<>，。；、（）【】.,;:!?)\]]",
    "email": r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]++@[A-Za-z0-9-]++(?:\.[A-Za-z0-9-]++)+",
    "mark": r"\[\d+\]",
    # Dates, times, versions and scales: 2026-11-30, 14:30, 3.2.1
    "series": rf"(?<![{_W}])(?:\d+(?:[/:-]\d+){{2,}}|\d+(?:\.\d+){{2,}}|\d+:\d+)(?![{_W}])",
    # GB/T 3217, ISO 9001:2015, ГОСТ 5632-72
    "standard": rf"(?<![{_W}])[A-ZА-Я]{{2,6}}(?:/[A-Z]{{1,3}})?[ \u00a0-]?\d+(?:[./:–-][A-ZА-Я0-9]+)*(?![{_W}])",
    # Nd-Fe-B
    "alloy": rf"(?<![{_W}-])[A-Z][a-z]?\d*(?:-[A-Z][a-z]?\d*)+(?![{_W}])",
    "measured": rf"(?<![{_W}]){MEASURED}",
    # Al2O3, 6061-T6, 38CrMoAl, 12Х18Н10Т
    "code": rf"(?<![{_W}])(?!{_NO_CODE})(?=[{_U}./+-]*[A-Za-zА-ЯЁ])(?=[{_U}./+-]*\d)"
    rf"[{_U}]+(?:[-/.+][{_U}]+)*(?![{_W}])",
    # H₂SO₄, 10⁻⁶, 3×10⁵, см⁻¹
    "raised": rf"(?<![{_W}])(?:(?>{NUMBER})[ \u00a0]?[×·*][ \u00a0]?)?"
    rf"[{_W}]*+[{_SIGNS}]*+[{_RAISED}]++[{_W}{_SIGNS}{_RAISED}]*+",
    # SiC, NdFeB: symbols of two or more elements, of which one has a small letter
    "formula": rf"(?<![{_W}])(?=[A-Z]{{1,6}}[a-z])(?:{_ELEMENT}){{2,8}}(?![{_W}])",
    "number": RANGE,
    "other": rf"[{_OTHER}]+",
}
_PATTERN = "|".join(f"(?P<{name}>{pattern})" for name, pattern in _KINDS.items())
_HELD = re.compile(_PATTERN)
_DIGIT = re.compile(rf"[\d{_RAISED}{_OTHER}]")
_BRACKETED = re.compile(r"\[\s?\d+\s?\]")
_MARK = re.compile(r"\s?\[\s?(\d+)\s?\]")
_OPENING = str.maketrans("［【〔⟦", "[[[[", "")
_CLOSING = str.maketrans("］】〕⟧", "]]]]", "")
_NUMBERS = frozenset({"measured", "number", "series"})


class Distorted(Exception):
    """A translation has lost, doubled or invented something that was held."""

    def __init__(self, fault: DraftFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True)
class Piece:
    """What a mark stands for. shown: as readers of the target language see it."""

    written: str
    shown: str
    is_number: bool


@dataclass(frozen=True)
class Held:
    """A text as an engine gets it, with marks. pieces: what each mark stands for, beginning with [1]."""

    text: str
    pieces: Sequence[Piece]

    @property
    def has_words(self) -> bool:
        """Whether anything is left to translate."""
        return any(char.isalpha() for char in self.text)

    def restored(self, answer: str) -> str:
        """Return an engine's answer with each mark replaced by its piece. Raises Distorted if a mark is missing."""
        marked = unmarked(answer)
        found = Counter(int(number) for number in _MARK.findall(marked))
        for at, piece in enumerate(self.pieces, 1):
            if found.pop(at, 0) != 1:
                raise Distorted(DraftFault.NUMBERS if piece.is_number else DraftFault.HELD)
        # Nothing that was sent had a digit outside of marks.
        if found or _DIGIT.search(_MARK.sub("", marked)):
            raise Distorted(DraftFault.NUMBERS)
        return _MARK.sub(lambda mark: _spaced(mark[0]) + self.pieces[int(mark[1]) - 1].shown, marked)

    def numbers(self, answer: str) -> tuple[str, str]:
        """Return the numbers of the text as written, and those of a complete answer as shown."""
        marks = [self.pieces[int(mark) - 1] for mark in _MARK.findall(unmarked(answer))]
        written = " ; ".join(piece.written for piece in self.pieces if piece.is_number)
        return written, " ; ".join(piece.shown for piece in marks if piece.is_number)


def unmarked(answer: str) -> str:
    """Return an answer with brackets and digits of marks as they were sent: engines for Chinese write 【１】."""
    plain = answer.translate(_OPENING).translate(_CLOSING)
    return _BRACKETED.sub(lambda mark: unicodedata.normalize("NFKC", mark[0]), plain)


def _spaced(mark: str) -> str:
    return mark[0] if mark[0].isspace() else ""


def _whole(name: str) -> str:
    """Return the pattern of a name that is not part of a longer word. Chinese has no spaces between words."""
    before = rf"(?<![{_W}])" if re.match(f"[{_W}]", name) else ""
    after = rf"(?![{_W}])" if re.match(f"[{_W}]", name[-1]) else ""
    return f"{before}{re.escape(name)}{after}"


def hold(text: str, source: str, target: str, names: Mapping[str, str]) -> Held:
    """Return a text with marks for what has to stay. names: of people and firms, as written: as readers see them."""
    pieces: list[Piece] = []

    def mark(piece: Piece) -> str:
        pieces.append(piece)
        return f"[{len(pieces)}]"

    def marked(found: "re.Match[str]") -> str:
        is_number = found.lastgroup in _NUMBERS
        shown = found[0]
        if found.lastgroup in ("measured", "number"):
            shown = spelled(shown, source, target)
        elif found.lastgroup == "raised":
            shown = unit_in(shown, target)
        return mark(Piece(found[0], shown, is_number))

    parts = _split(text, names)
    return Held(
        "".join(mark(Piece(part, names[part], False)) if part in names else _HELD.sub(marked, part) for part in parts),
        pieces,
    )


def _split(text: str, names: Mapping[str, str]) -> Sequence[str]:
    """Return the text split before and after each name; of overlapping names the longest counts."""
    known = sorted((name for name in names if name.strip()), key=len, reverse=True)
    return re.split(f"({'|'.join(map(_whole, known))})", text) if known else [text]
