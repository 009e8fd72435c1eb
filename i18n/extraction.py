"""Extract marked texts from the sources, and write catalogues that change only where texts change."""

import ast
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.catalog import Message as Entry
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

from i18n.catalog import plural_rule, slots_of
from i18n.locale import Domain, po_path
from i18n.message import placeholders
from i18n.wording import COMMENT_TAG, described, rules

ROOT = Path(__file__).parents[1]

_PYTHON_KEYWORDS: Mapping[str, Any] = {
    "_": None,
    "pgettext_": ((1, "c"), 2),
    "ngettext_": (1, 2),
    "npgettext_": ((1, "c"), 2, 3),
}
_TEMPLATE_KEYWORDS: Mapping[str, Any] = {
    "_": None,
    "gettext": None,
    "pgettext": ((1, "c"), 2),
    "ngettext": (1, 2),
    "npgettext": ((1, "c"), 2, 3),
}
# White space in a {% trans %} block belongs to the text, so blocks are trimmed as in rendering.
_TEMPLATE_OPTIONS = {
    "silent": "false",
    "newstyle_gettext": "true",
    "trim_blocks": "true",
    "lstrip_blocks": "true",
    "encoding": "utf-8",
}


def extract(root: Path = ROOT) -> Catalog:
    """Return every marked text of the packages server and i18n and of the templates, by file and position."""
    template = Catalog(charset="utf-8")
    for path in _sources(root):
        is_python = path.suffix == ".py"
        found = extract_from_file(
            "python" if is_python else "jinja2",
            path,
            keywords=_PYTHON_KEYWORDS if is_python else _TEMPLATE_KEYWORDS,
            comment_tags=[COMMENT_TAG],
            options={} if is_python else _TEMPLATE_OPTIONS,
            strip_comment_tags=True,
        )
        for line, msgid, comments, context in found:
            place = path.relative_to(root).as_posix()
            template.add(msgid, locations=[(place, line)], auto_comments=comments, context=context)
    for entry in template:
        entry.auto_comments += described(placeholders(_english(entry)), rules())
    return template


def domain_files(root: Path = ROOT) -> Sequence[str]:
    """Return the beginnings of the paths of sources whose texts only organisers read (`domains.toml`)."""
    text = (catalogues(root) / "domains.toml").read_text("utf-8")
    return tuple(tomllib.loads(text)[Domain.ORGANISERS])


def of_domain(template: Catalog, domain: Domain, organisers: Sequence[str]) -> Catalog:
    """Return the texts of one domain: for participants if another file has them. organisers: of domain_files."""
    some = Catalog(charset="utf-8")
    for entry in template:
        is_theirs = all(place.startswith(tuple(organisers)) for place, _line in entry.locations)
        if entry.id and is_theirs == (domain is Domain.ORGANISERS):
            some.add(entry.id, locations=entry.locations, auto_comments=entry.auto_comments, context=entry.context)
    return some


def _english(entry: Entry) -> str:
    return entry.id if isinstance(entry.id, str) else " ".join(entry.id)


def unreachable(root: Path = ROOT) -> Iterator[tuple[str, int]]:
    """Yield (file, line) of each call whose text the extraction cannot read: it is no literal, or stands in
    parentheses of its own.
    """
    for path in _sources(root):
        if path.suffix == ".py":
            text = path.read_text("utf-8")
            for node in ast.walk(ast.parse(text)):
                if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                    continue
                if not _is_literal(node) or _is_wrapped(node, text):
                    yield path.relative_to(root).as_posix(), node.lineno


def updated(old: Catalog, template: Catalog, code: str) -> Catalog:
    """Return template with the translations of old; new texts are empty, unused ones are removed.

    No translation is copied from similar texts, because it would look finished.
    """
    new = Catalog(locale=code, charset="utf-8")
    for entry in template:
        if not entry.id:
            continue
        known = old.get(entry.id, entry.context)
        slots = slots_of(known) if known and known.pluralizable == entry.pluralizable else ()
        if entry.pluralizable:
            string: str | tuple[str, ...] = slots or ("",) * plural_rule(code).slots
        else:
            string = slots[0] if slots else ""
        comments = known.user_comments if known else ()
        new.add(
            entry.id,
            string,
            entry.locations,
            auto_comments=entry.auto_comments,
            user_comments=comments,
            context=entry.context,
        )
    return new


def catalogues(root: Path = ROOT) -> Path:
    """Return the folder of the template and of the locales' folders."""
    return root / "i18n" / "locales"


def pot_path(domain: Domain, root: Path = ROOT) -> Path:
    """Return the path of a domain's template."""
    return catalogues(root) / f"{domain}.pot"


def load(code: str, domain: Domain, root: Path = ROOT) -> Catalog:
    """Return the catalogue of a locale's .po file, empty if there is none. Raises PoFileError."""
    path = po_path(code, domain, catalogues(root))
    if not path.exists():
        return Catalog(locale=code, charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=code, abort_invalid=True)


def dump(catalog: Catalog, code: str | None = None) -> str:
    """Return the text of a catalogue's file, or of the template's, without dates, line numbers and wrapping."""
    body = BytesIO()
    write_po(body, catalog, width=0, omit_header=True, include_lineno=False)
    fields = ["Project-Id-Version: duijie"]
    if code:
        fields += [f"Language: {code}", f"Plural-Forms: {plural_rule(code).header}"]
    fields += ["MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit"]
    header = "".join(f'"{field}\\n"\n' for field in fields)
    return f'msgid ""\nmsgstr ""\n{header}\n{body.getvalue().decode()}'.rstrip() + "\n"


def _sources(root: Path) -> list[Path]:
    python = [path for package in ("i18n", "server") for path in (root / package).rglob("*.py")]
    templates = [path for path in (root / "server" / "templates").rglob("*") if path.suffix in {".html", ".txt"}]
    return sorted(python) + sorted(templates)


def _is_literal(call: ast.Call) -> bool:
    keyword = _PYTHON_KEYWORDS.get(call.func.id, ()) if isinstance(call.func, ast.Name) else ()
    texts = 1 if keyword is None else len(keyword)
    given = call.args[:texts]
    return len(given) == texts and all(isinstance(arg, ast.Constant) and isinstance(arg.value, str) for arg in given)


def _is_wrapped(call: ast.Call, source: str) -> bool:
    """Return whether a text of the call is in parentheses of its own."""
    keyword = _PYTHON_KEYWORDS.get(call.func.id, ()) if isinstance(call.func, ast.Name) else ()
    texts = call.args[: 1 if keyword is None else len(keyword)]
    if not texts:
        return False
    lines = source.encode().splitlines(keepends=True)[call.lineno - 1 : texts[-1].end_lineno]

    def place(line: int, column: int) -> int:
        return sum(map(len, lines[: line - call.lineno])) + column

    whole = b"".join(lines)
    before = place(call.func.end_lineno or 0, call.func.end_col_offset or 0)
    found = 0
    for text in texts:
        found += whole[before : place(text.lineno, text.col_offset)].count(b"(")
        before = place(text.end_lineno or 0, text.end_col_offset or 0)
    return found > 1
