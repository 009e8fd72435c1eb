from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from i18n.catalog import slots_of
from i18n.extraction import ROOT, domain_files, dump, extract, load, of_domain, unreachable, updated
from i18n.locale import Domain, po_path

VIEWS = """\
from i18n import _, ngettext_, pgettext_

SAVED = _("Saved.")
# Translators: the verb on a button
OPEN = pgettext_("verb", "Open %(name)s", name="a")
COUNT = ngettext_("%(num)s meeting", "%(num)s meetings", 3)
"""
PAGE = """\
<h1>{{ _("Saved.") }}</h1>
<p>{% trans num=n %}{{ num }} table{% pluralize %}{{ num }} tables{% endtrans %}</p>
{{ pgettext("state", "Open") }}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a repository with one module and one page."""
    (tmp_path / "server" / "templates").mkdir(parents=True)
    (tmp_path / "server" / "views.py").write_text(VIEWS, "utf-8")
    (tmp_path / "server" / "templates" / "page.html").write_text(PAGE, "utf-8")
    return tmp_path


def translated(template: Catalog, texts: dict[str, str | tuple[str, ...]], code: str) -> Catalog:
    catalog = updated(Catalog(locale=code), template, code)
    for entry in catalog:
        if entry.id:
            entry.string = texts.get(str(entry.id), entry.string)
    return catalog


def test_texts_come_from_modules_and_templates(root: Path) -> None:
    found = [(entry.id, entry.context) for entry in extract(root) if entry.id]

    assert found == [
        ("Saved.", None),
        ("Open %(name)s", "verb"),
        (("%(num)s meeting", "%(num)s meetings"), None),
        (("%(num)s table", "%(num)s tables"), None),
        ("Open", "state"),
    ]


def test_a_text_knows_its_places_and_its_comment(root: Path) -> None:
    template = extract(root)

    assert dump(template).splitlines()[7:14] == [
        "#: server/templates/page.html server/views.py",
        'msgid "Saved."',
        'msgstr ""',
        "",
        "#. the verb on a button",
        "#: server/views.py",
        "#, python-format",
    ]


def test_the_file_does_not_change_when_lines_move(root: Path) -> None:
    before = dump(extract(root))
    (root / "server" / "views.py").write_text("\n\n" + VIEWS, "utf-8")

    assert dump(extract(root)) == before


def test_an_update_keeps_translations_and_drops_what_is_gone(root: Path) -> None:
    old = translated(extract(root), {"Saved.": "Сохранено.", "Open": "Открыто"}, "ru")
    (root / "server" / "templates" / "page.html").write_text("{{ _('Saved.') }}{{ _('Saved') }}", "utf-8")

    new = updated(old, extract(root), "ru")

    assert {str(entry.id): slots_of(entry) for entry in new if entry.id and not entry.pluralizable} == {
        "Saved.": ("Сохранено.",),
        "Saved": ("",),
        "Open %(name)s": ("",),
    }


def test_a_text_that_becomes_a_plural_loses_its_translation(root: Path) -> None:
    old = Catalog(locale="ru")
    old.add("%(num)s meeting", "встреча")

    new = updated(old, extract(root), "ru")

    found = new.get("%(num)s meeting")
    assert found is not None and slots_of(found) == ("", "", "")


def test_a_catalogue_is_read_as_it_was_written(root: Path) -> None:
    catalog = translated(extract(root), {"Saved.": "已保存。"}, "zh_Hans")
    path = po_path("zh_Hans", Domain.PARTICIPANTS, root / "i18n" / "locales")
    path.parent.mkdir(parents=True)
    path.write_text(dump(catalog, "zh_Hans"), "utf-8")

    assert dump(load("zh_Hans", Domain.PARTICIPANTS, root), "zh_Hans") == path.read_text("utf-8")


def test_a_text_is_for_organisers_if_no_other_source_has_it() -> None:
    template = Catalog()
    template.add("Both", locations=[("server/desk/views.py", 1), ("server/needs/views.py", 2)])
    template.add("Theirs", locations=[("server/desk/views.py", 3)])

    shares = {domain: [entry.id for entry in of_domain(template, domain, ["server/desk/"])][1:] for domain in Domain}

    assert shares == {Domain.PARTICIPANTS: ["Both"], Domain.ORGANISERS: ["Theirs"]}


def test_each_source_for_organisers_exists() -> None:
    sources = [path.relative_to(ROOT).as_posix() for path in (ROOT / "server").rglob("*") if path.is_file()]

    assert [start for start in domain_files() if not any(path.startswith(start) for path in sources)] == []


def test_a_locale_without_a_file_starts_empty(tmp_path: Path) -> None:
    assert len(load("ru", Domain.ORGANISERS, tmp_path)) == 0


@pytest.mark.parametrize(
    "call",
    [
        "_(name)",
        "_(f'{name}')",
        "ngettext_('a', plural, 2)",
        "pgettext_('verb')",
        "_(('a' 'b'))",
        "ngettext_('a', ('b'), 2)",
    ],
)
def test_a_marked_text_that_is_not_a_literal_is_reported(root: Path, call: str) -> None:
    (root / "server" / "views.py").write_text(call, "utf-8")

    assert list(unreachable(root)) == [("server/views.py", 1)]


def test_literals_are_reachable(root: Path) -> None:
    assert list(unreachable(root)) == []
