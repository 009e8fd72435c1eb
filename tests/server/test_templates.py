"""Rules for all templates."""

import pkgutil
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from jinja2 import nodes

from i18n import Translator
from server.forms import Form
from server.pages import HERE, environment, for_reader

Reader = Callable[[str], str]

FOLDER = HERE / "templates"
NAMES = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.is_file())
HTML = [name for name in NAMES if name.endswith(".html")]
# Read outside the site, without its style sheets and its policy: e-mails, and the page in the archive of my data.
ALONE = ("mail/", "privacy/my_data.html")
PAGES = [name for name in HTML if not name.startswith(ALONE)]
EXTENDED = frozenset(
    re.findall(r'{% extends "([^"]+)" %}', "".join((FOLDER / name).read_text("utf-8") for name in NAMES))
)
# E-mails have their style inline, as mail programs require, and no scripts. Data for search engines is none.
INLINE = re.compile(
    r"<style|\sstyle\s*=|<script(?![^>]*\s(?:src=|type=.application/ld))|\son[a-z]+\s*=|javascript:|<base\b|<iframe"
    r"|<object|<embed",
    re.I,
)
LETTER_INLINE = re.compile(r"<script|\son[a-z]+\s*=|javascript:|<base\b|<iframe|<object|<form|<img|<link", re.I)
# A sentence, a space or a line's end, and another sentence.
JOINED = re.compile(
    r"""[.!?]"(?:,\s(?:[^{}]|\{[^{}]*\})*)?\)\s?\}\}(?:\{%\s(?:endif|else)\s%\}|</\w+>)*
    (?:[ ]+|\n(?=\{))(?:\{%\sif\s[^%]*%\}|<(?:a|b|button|small|span|strong)\b[^<>]*>)*\{\{\s?(?:_|tr|n?p?gettext)\(""",
    re.VERBOSE,
)
ELSEWHERE = re.compile(r"""(?:src|href|action|srcset|poster)\s*=\s*["'](?:https?:)?//""", re.I)


@cache
def source(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


@cache
def without_comments(name: str) -> str:
    return re.sub(r"{#.*?#}", "", source(name), flags=re.DOTALL)


def markup(name: str) -> str:
    """Return the template without Jinja's code: an argument called style is no attribute."""
    return re.sub(r"{{.*?}}|{%.*?%}", "", without_comments(name), flags=re.DOTALL)


def matches(pattern: str | re.Pattern[str], names: list[str], read: Reader = without_comments) -> dict[str, list[str]]:
    """Return what an expression finds, by template."""
    return {name: found for name in names if (found := re.findall(pattern, read(name)))}


def test_what_comments_name_exists() -> None:
    comments = "".join(comment for name in NAMES for comment in re.findall(r"{#.*?#}", source(name), re.DOTALL))
    named = set(re.findall(r"\bserver(?:\.\w+)+", comments))
    assert len(named) > 10
    assert [name for name in sorted(named) if not exists(name)] == []


def exists(dotted: str) -> bool:
    try:
        pkgutil.resolve_name(dotted)
    except (ImportError, AttributeError):
        return False
    return True


@pytest.mark.parametrize("number", [0, 1, 5, 6, 140])
def test_of_a_long_list_the_first_few_are_shown_and_the_others_are_folded(number: int) -> None:
    shown = environment().from_string(
        '{% import "macros.html" as ui with context %}{% call(each) ui.few(names) %}{{ each }}{% endcall %}'
    )
    html = shown.render(**for_reader(Translator("en")), names=[f"name{n}" for n in range(number)])
    before, _fold, after = html.partition("<details")
    assert (before.count("name"), after.count("name")) == (min(number, 5), max(0, number - 5))
    assert (f"<summary>Show {number - 5} more</summary>" in after) == (number > 5)


def test_no_macro_takes_the_place_of_another_of_its_file() -> None:
    named = matches(r"{% macro (\w+)", HTML)
    twice = {(name, each) for name, macros in named.items() for each in macros if macros.count(each) > 1}
    assert twice == set()


def test_every_template_compiles() -> None:
    for name in NAMES:
        environment().get_template(name)


def test_every_page_has_a_title_of_its_own() -> None:
    whole = [name for name in PAGES if "{% macro " not in source(name) and name not in EXTENDED]
    assert len(whole) > 50
    assert [name for name in whole if not has_title(name)] == []


def has_title(name: str) -> bool:
    sources = [source(each) for each in (name, *parents(name)) if each != "base.html"]
    return any(re.search(r"{% block title %}.*\S.*{% endblock %}", each) for each in sources)


def parents(name: str) -> list[str]:
    tree = environment().parse(source(name))
    found = [each.template.value for each in tree.find_all(nodes.Extends) if isinstance(each.template, nodes.Const)]
    return [each for parent in found for each in (parent, *parents(parent))]


def test_every_disabled_control_says_why() -> None:
    """A control that can be disabled is described by a text, but for the button of ui.state that nobody sees."""
    tags = matches(r"<(?:button|input|select|textarea|fieldset|a)\b(?:{{.*?}}|{%.*?%}|[^<>{])*>", PAGES)
    found = [tag for each in tags.values() for tag in each if re.search(r"[\s-]disabled\b", tag)]
    assert len(found) > 3
    assert [tag for tag in found if not re.search(r'aria-describedby=|_tie\(|class="hidden"', tag)] == []
    html = fragment('ui.field(form, "email", "E-mail address", why_fixed="The person signs in with it.")')
    assert " disabled aria-describedby" in html
    assert 'id="f-email-help">The person signs in with it.</p>' in html


def test_scripts_mark_what_is_busy_and_disable_nothing() -> None:
    """A disabled button loses the focus."""
    scripts = {path.name: path.read_text("utf-8") for path in (HERE.parent / "static" / "js").glob("*.js")}
    assert len(scripts) > 10
    assert [name for name, text in scripts.items() if ".disabled =" in text] == []


def fragment(call: str) -> str:
    """Return what a call of a macro draws in an empty form."""
    shown = environment().from_string('{% import "macros.html" as ui with context %}{{ ' + call + " }}")
    return shown.render(**for_reader(Translator("en")), form=Form({}), names_field=lambda name, label: "")


def test_no_page_has_anything_inline_that_the_policy_refuses() -> None:
    assert matches(INLINE, PAGES, markup) == {}


def test_what_is_read_outside_the_site_has_no_scripts_and_loads_nothing() -> None:
    outside = [name for name in HTML if name not in PAGES]
    assert len(outside) > 10
    assert matches(LETTER_INLINE, outside, markup) == {}


def test_nothing_is_fetched_from_elsewhere() -> None:
    assert matches(ELSEWHERE, HTML) == {}


def test_sentences_are_joined_by_the_space_of_the_language() -> None:
    """Chinese and Japanese have none: see `gap` in macros.html."""
    assert matches(JOINED, HTML) == {}


def test_no_value_escapes_escaping() -> None:
    assert matches(r"\|\s*safe\b|autoescape\s+false|Markup\(", HTML) == {}


def test_every_attribute_is_quoted() -> None:
    assert matches(r"<[a-z][^<>]*\s[a-z-]+={{", HTML) == {}


def test_every_form_that_changes_something_posts() -> None:
    forms = matches(r"<form\b[^>]*>", PAGES)
    assert len(forms) > 50
    assert [form for found in forms.values() for form in found if not re.search(r'method="(?:post|get)"', form)] == []


def test_every_e_mail_has_a_plain_text() -> None:
    mails = {name.removesuffix(".html") for name in HTML if name.startswith("mail/")}
    assert mails <= {name.removesuffix(".txt") for name in NAMES}


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
