"""Colours of pages, pictures and e-mail, in light and dark mode.

`static/css/tokens.css` has the same colours; a test compares them. A colour marks a side (expert or firm), trouble, or
the focus; everything else is in shades of ink and porcelain.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Palette:
    """Colours as CSS values. edge: borders of buttons and fields. *_wash: background behind text of a side."""

    ground: str
    surface: str
    sunken: str
    ink: str
    ink_2: str
    line: str
    edge: str
    expert: str
    expert_wash: str
    firm: str
    firm_wash: str
    bad: str
    bad_wash: str
    focus: str


LIGHT = Palette(
    ground="#eff4f2",
    surface="#ffffff",
    sunken="#e3ebe8",
    ink="#12201d",
    ink_2="#475a55",
    line="#c6d3ce",
    edge="#6b7e77",
    expert="#0b5763",
    expert_wash="#d2e5e6",
    firm="#7a4c05",
    firm_wash="#f3e6cb",
    bad="#a3231a",
    bad_wash="#fbe5e1",
    focus="#0a5fd6",
)
DARK = Palette(
    ground="#0d1513",
    surface="#15201d",
    sunken="#1d2a27",
    ink="#e5eeeb",
    ink_2="#a5b7b1",
    line="#2e3e39",
    edge="#7a9088",
    expert="#86cad4",
    expert_wash="#12343b",
    firm="#e3b869",
    firm_wash="#352a15",
    bad="#ff9a8c",
    bad_wash="#401914",
    focus="#82b8ff",
)
