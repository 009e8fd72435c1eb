"""One palette for pages, pictures and e-mail."""

import re
from pathlib import Path

from matching.pictures import drawing
from matching.pictures.palette import DARK, LIGHT, Palette
from tests.test_architecture import ROOT

TOKENS = ROOT / "static" / "css" / "tokens.css"
COLOUR = re.compile(r"#(?:[0-9a-f]{3,4}){1,2}\b", re.IGNORECASE)
# Black on white for printers and cameras; the logo's own two colours; a grey of spreadsheets.
OTHERS = {
    "matching/pictures/palette.py": {*vars(LIGHT).values(), *vars(DARK).values()},
    "server/imports/template.py": {"#767676"},
    "static/css/plan.css": {"#fff", "#000"},
    "static/css/print.css": {"#fff", "#000"},
    "static/css/tokens.css": {*vars(LIGHT).values(), *vars(DARK).values()},
    "static/img/mark.svg": {"#1f8292", "#b5791a"},
}


def tokens(palette: Palette) -> dict[str, str]:
    return {name.replace("_", "-"): colour for name, colour in vars(palette).items()}


def test_the_style_sheet_has_the_palette() -> None:
    light, dark = TOKENS.read_text("utf-8").split("@media")

    found = [dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", part)) for part in (light, dark)]

    assert found == [tokens(LIGHT), tokens(DARK)]


def test_pictures_use_no_colour_beside_it() -> None:
    light, dark = drawing.STYLE.split("@media")

    for part, palette in ((light, LIGHT), (dark, DARK)):
        assert set(COLOUR.findall(part)) <= set(vars(palette).values())


def test_colours_stand_nowhere_else() -> None:
    folders = ("matching", "server", "static/css", "static/img", "static/js")
    paths = [path for folder in folders for path in (ROOT / folder).rglob("*.*") if is_text(path)]

    found = {
        path.relative_to(ROOT).as_posix(): set(colours)
        for path in paths
        if (colours := COLOUR.findall(path.read_text("utf-8")))
    }

    assert found == OTHERS


def is_text(path: Path) -> bool:
    return path.suffix in {".py", ".html", ".css", ".js", ".svg"}
