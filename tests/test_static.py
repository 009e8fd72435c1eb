"""What style sheets and other static files may say."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
FETCHED = re.compile(r"(?:@import|url\(|import\s*\(|from\s+|fetch\()\s*[\"'(]?(?:https?:)?//")
SIDES = re.compile(
    r"(?:^|[;{\s])((?:margin|padding|border)-(?:left|right)\b|(?:left|right)\s*:"
    r"|(?:float|clear|text-align)\s*:\s*(?:left|right)\b|border-(?:top|bottom)-(?:left|right)-radius)"
)


def test_style_sheets_say_start_and_end_so_that_pages_can_be_mirrored() -> None:
    sheets = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "static" / "css").glob("*.css")}
    sides = {name: SIDES.findall(re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)) for name, sheet in sheets.items()}
    assert {name: found for name, found in sides.items() if found} == {}
    assert len(sides) > 5


def test_static_files_fetch_nothing_from_elsewhere() -> None:
    paths = [path for path in (ROOT / "static").rglob("*.*") if path.is_file()]
    texts = {path.name: path.read_text(encoding="utf-8", errors="replace") for path in paths}
    assert {name: found for name, text in texts.items() if (found := FETCHED.findall(text))} == {}
    assert len(texts) > 20
