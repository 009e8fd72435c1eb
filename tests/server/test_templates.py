"""Rules for all templates."""

import pkgutil
import re
from pathlib import Path

import pytest
from jinja2 import nodes

from i18n import Translator
from server.pages import HERE, environment, for_reader

FOLDER = HERE / "templates"
NAMES = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.is_file())
HTML = [name for name in NAMES if name.endswith(".html")]
# Read outside the site, without its style sheets and its policy: e-mails, and the page in the archive of my data.
ALONE = ("mail/", "privacy/my_data.html")
PAGES = [name for name in HTML if not name.startswith(ALONE)]
EXTENDED = frozenset(
    re.findall(r'{% extends "([^"]+)" %}', "".join((FOLDER / name).read_text("utf-8") for name in NAMES))
)
# E-mails have their style inline, as mail programs require, and no scripts.
INLINE = re.compile(
    r"<style|\sstyle\s*=|<script(?![^>]*\ssrc=)|\son[a-z]+\s*=|javascript:|<base\b|<iframe|<object|<embed", re.I
)
LETTER_INLINE = re.compile(r"<script|\son[a-z]+\s*=|javascript:|<base\b|<iframe|<object|<form|<img|<link", re.I)
# A sentence, a space or a line's end, and another sentence.
JOINED = re.compile(
    r"""[.!?]"(?:,\s(?:[^{}]|\{[^{}]*\})*)?\)\s?\}\}(?:\{%\s(?:endif|else)\s%\}|</\w+>)*
    (?:[ ]+|\n(?=\{))(?:\{%\sif\s[^%]*%\}|<(?:a|b|button|small|span|strong)\b[^<>]*>)*\{\{\s?(?:_|tr|n?p?gettext)\(""",
    re.VERBOSE,
)
ELSEWHERE = re.compile(r"""(?:src|href|action|srcset|poster)\s*=\s*["'](?:https?:)?//""", re.I)


@pytest.mark.parametrize("name", NAMES)
def test_what_comments_name_exists(name: str) -> None:
    comments = "".join(re.findall(r"{#.*?#}", source(name), re.DOTALL))
    for dotted in re.findall(r"\bserver(?:\.\w+)+", comments):
        pkgutil.resolve_name(dotted)


def source(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def without_comments(name: str) -> str:
    return re.sub(r"{#.*?#}", "", source(name), flags=re.DOTALL)


def markup(name: str) -> str:
    """Return the template without Jinja's code: an argument called style is no attribute."""
    return re.sub(r"{{.*?}}|{%.*?%}", "", without_comments(name), flags=re.DOTALL)


@pytest.mark.parametrize("number", [0, 1, 5, 6, 140])
def test_of_a_long_list_the_first_few_are_shown_and_the_others_are_folded(number: int) -> None:
    shown = environment().from_string(
        '{% import "macros.html" as ui with context %}{% call(each) ui.few(names) %}{{ each }}{% endcall %}'
    )
    html = shown.render(**for_reader(Translator("en")), names=[f"name{n}" for n in range(number)])
    before, _fold, after = html.partition("<details")
    assert (before.count("name"), after.count("name")) == (min(number, 5), max(0, number - 5))
    assert (f"<summary>Show {number - 5} more</summary>" in after) == (number > 5)


@pytest.mark.parametrize("name", NAMES)
def test_a_template_compiles(name: str) -> None:
    environment().get_template(name)


@pytest.mark.parametrize("name", [name for name in PAGES if "{% macro " not in source(name) and name not in EXTENDED])
def test_a_page_has_a_title_of_its_own(name: str) -> None:
    lines = [source(each) for each in (name, *parents(name)) if each != "base.html"]
    assert any(re.search(r"{% block title %}.*\S.*{% endblock %}", line) for line in lines)


def parents(name: str) -> list[str]:
    tree = environment().parse(source(name))
    found = [each.template.value for each in tree.find_all(nodes.Extends) if isinstance(each.template, nodes.Const)]
    return [each for parent in found for each in (parent, *parents(parent))]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_nothing_inline_that_the_policy_refuses(name: str) -> None:
    assert INLINE.findall(markup(name)) == []


@pytest.mark.parametrize("name", [name for name in HTML if name not in PAGES])
def test_a_page_read_outside_the_site_has_no_scripts_and_loads_nothing(name: str) -> None:
    assert LETTER_INLINE.findall(markup(name)) == []


@pytest.mark.parametrize("name", HTML)
def test_nothing_is_fetched_from_elsewhere(name: str) -> None:
    assert ELSEWHERE.findall(without_comments(name)) == []


@pytest.mark.parametrize("name", HTML)
def test_sentences_are_joined_by_the_space_of_the_language(name: str) -> None:
    """Chinese and Japanese have none: see `gap` in macros.html."""
    assert JOINED.findall(without_comments(name)) == []


@pytest.mark.parametrize("name", HTML)
def test_no_value_escapes_escaping(name: str) -> None:
    assert re.findall(r"\|\s*safe\b|autoescape\s+false|Markup\(", without_comments(name)) == []


@pytest.mark.parametrize("name", HTML)
def test_every_attribute_is_quoted(name: str) -> None:
    assert re.findall(r"<[a-z][^<>]*\s[a-z-]+={{", without_comments(name)) == []


@pytest.mark.parametrize("name", PAGES)
def test_every_form_that_changes_something_posts(name: str) -> None:
    forms = re.findall(r"<form\b[^>]*>", without_comments(name))
    assert [form for form in forms if 'method="post"' not in form and 'method="get"' not in form] == []


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("mail/") and name.endswith(".html")])
def test_every_e_mail_has_a_plain_text(name: str) -> None:
    assert name.removesuffix(".html") + ".txt" in NAMES


# Each was reviewed: a constant filled in by escaping, and a QR code drawn by its library.
MADE = {
    ("agendas/views.py", 'segno.make(link, error="m"'),
    ("pages.py", """'<bdi lang="{}">{}</bdi>'"""),
    ("studio/showing.py", ""),
    ("studio/showing.py", r"""'<option value="{}">{}</option>\n'"""),
    ("studio/timetable.py", """'<option value="{}"'"""),
    ("studio/timetable.py", '" selected"'),
    ("pages.py", r'''"\ue000{}\ue001{}\ue002{}\ue003"'''),
}


def test_markup_is_made_in_few_places_that_were_looked_at() -> None:
    files = {path.relative_to(HERE).as_posix(): path.read_text(encoding="utf-8") for path in Path(HERE).rglob("*.py")}
    assert {(name, call) for name, text in files.items() for call in re.findall(r"Markup\((.*?)\)", text)} == MADE
