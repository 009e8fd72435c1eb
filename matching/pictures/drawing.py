"""Write SVG as text: escaped, measured and coloured, without a drawing library."""

import base64
import hashlib
import unicodedata
from string import Template
from xml.sax.saxutils import escape, quoteattr

from matching.pictures.palette import DARK, LIGHT

_LIGHT = Template("""
text{font-family:-apple-system,"Segoe UI",Roboto,"Noto Sans","PingFang SC","Microsoft YaHei","Noto Sans CJK SC",\
"SF Arabic","Noto Sans Arabic",sans-serif;font-size:13px;fill:$ink}
.ground{fill:$ground}.surface{fill:$surface;stroke:$line}.empty{fill:none;stroke:$line}
.title{font-size:19px;font-weight:600}.head{font-weight:600}.quiet{font-size:12px;fill:$ink_2}
.voice{font-family:"PT Serif",Georgia,"Noto Serif","Songti SC","Noto Serif CJK SC",KaiTi,"Noto Naskh Arabic",serif}
.expert{fill:$expert}.firm{fill:$firm}.rule{stroke:$ink;stroke-width:2}.tick{stroke:$edge}
.peg{fill:$surface;stroke:$ink_2}.letter{font-size:11px;text-anchor:middle}
.seal,.filled{fill:$ink}.sealed{font-size:11px;fill:$surface;text-anchor:middle}.end{text-anchor:end}
.held{fill:none;stroke:$ink;stroke-width:1.5}.unheld{fill:none;stroke:$edge;stroke-width:.5;opacity:.3}
""")
_DARK = Template("""@media screen and (prefers-color-scheme:dark){text{fill:$ink}
.ground{fill:$ground}.surface{fill:$surface;stroke:$line}.empty{stroke:$line}.quiet{fill:$ink_2}
.expert{fill:$expert}.firm{fill:$firm}.rule{stroke:$ink}.tick{stroke:$edge}
.peg{fill:$surface;stroke:$ink_2}.seal,.filled{fill:$ink}.sealed{fill:$surface}
.held{stroke:$ink}.unheld{stroke:$edge}}
""")
STYLE = _LIGHT.substitute(vars(LIGHT)) + _DARK.substitute(vars(DARK))
# For a site's content security policy, so that a picture opened by itself may use its style.
STYLE_HASH = "sha256-" + base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()

_WIDE, _CAPITAL, _NARROW = 1.0, 0.68, 0.56  # widths of characters relative to the font size, estimated generously


def svg(width: int, height: int, title: str, description: str, language: str, body: list[str]) -> str:
    """Return a complete SVG document. width, height: pixels. title, description: for people who cannot see it."""
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
            f' role="img" aria-labelledby="title description" lang={attribute(language)}>',
            f'<title id="title">{text_of(title)}</title>',
            f'<desc id="description">{text_of(description)}</desc>',
            f"<style>{STYLE}</style>",
            f'<rect class="ground" width="{width}" height="{height}"/>',
            *body,
            "</svg>\n",
        ]
    )


def text(x: float, y: float, content: str, style: str = "", *, room: float | None = None, size: float = 13) -> str:
    """Return a line of text, cut with an ellipsis if wider than `room`; the whole text is then its title."""
    shown = content if room is None else fitted(content, room, size)
    whole = "" if shown == content else f"<title>{text_of(content)}</title>"
    return f'<text x="{x:g}" y="{y:g}"{kind(style)}>{whole}{text_of(shown)}</text>'


def rect(x: float, y: float, width: float, height: float, style: str) -> str:
    return f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}"{kind(style)}/>'


def line(x1: float, y1: float, x2: float, y2: float, style: str) -> str:
    return f'<path d="M{x1:g} {y1:g}L{x2:g} {y2:g}"{kind(style)}/>'


def group(title: str, parts: list[str], x: float = 0, y: float = 0) -> str:
    """Return shapes in a group with a title that a pointer shows. x, y: position of their origin."""
    moved = f' transform="translate({x:g} {y:g})"' if x or y else ""
    return f"<g{moved}><title>{text_of(title)}</title>{''.join(parts)}</g>"


def kind(style: str) -> str:
    return f' class="{style}"' if style else ""


def width_of(content: str, size: float = 13) -> float:
    """Return the approximate width of a line in pixels: East Asian characters are squares, others narrower."""
    return size * sum(_width(character) for character in content)


def fitted(content: str, room: float, size: float = 13) -> str:
    """Return the text, or as much of its beginning as fits together with an ellipsis."""
    if width_of(content, size) <= room:
        return content
    used, kept = size * _WIDE, []
    for character in content:
        used += size * _width(character)
        if used > room:
            break
        kept.append(character)
    while kept and unicodedata.combining(kept[-1]):
        kept.pop()
    return "".join(kept).rstrip() + "…"


def joined(*names: str) -> str:
    """Return the names in a row; right-to-left names are isolated, so that their neighbours keep their order.

    Source: Unicode Standard Annex #9, Unicode Bidirectional Algorithm, 2.4.
    """
    return " · ".join(f"\u2068{name}\u2069" if _turns(name) else name for name in names)


def _turns(name: str) -> bool:
    return any(unicodedata.bidirectional(character) in ("R", "AL") for character in name)


def text_of(content: str) -> str:
    """Return the escaped content of an element; characters that XML forbids become U+FFFD."""
    return escape(possible(content))


def attribute(content: str) -> str:
    """Return the quoted value of an attribute."""
    return quoteattr(possible(content))


def possible(content: str) -> str:
    """Return the text with U+FFFD for each character that XML forbids."""
    return "".join(character if _is_possible(character) else "\ufffd" for character in content)


def _width(character: str) -> float:
    if unicodedata.combining(character):
        return 0.0
    if unicodedata.east_asian_width(character) in "WF":
        return _WIDE
    return _CAPITAL if character.isupper() or character in "шщжюмфыШЩ" else _NARROW


def _is_possible(character: str) -> bool:
    """Whether XML 1.0, section 2.2, allows the character; controls that it discourages are excluded too."""
    code = ord(character)
    return (code >= 0x20 and not 0x7F <= code <= 0x9F and not 0xD800 <= code <= 0xDFFF and code & 0xFFFE != 0xFFFE) or (
        character in "\t\n"
    )
