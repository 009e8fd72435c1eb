"""The commands, run on a repository of one module."""

from pathlib import Path

import pytest

from i18n.__main__ import main
from i18n.locale import Domain, found, po_path

ALLOWED = """
[ru]
words = ["PDF"]
[zh_Hans]
words = ["PDF"]
"""


LANGUAGES = """
[zh_Hans]
[ru]
domains = ["participants", "organisers"]
"""
EMPTY = 'msgstr ""'
HELD = [("zh_Hans", Domain.PARTICIPANTS), ("ru", Domain.PARTICIPANTS), ("ru", Domain.ORGANISERS)]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a repository whose only text is a foreign word in every language and needs no translation."""
    (tmp_path / "server").mkdir()
    (tmp_path / "server" / "views.py").write_text('pgettext_("file", "PDF")', "utf-8")
    catalogues = tmp_path / "i18n" / "locales"
    catalogues.mkdir(parents=True)
    (catalogues / "allowed.toml").write_text(ALLOWED, "utf-8")
    (catalogues / "domains.toml").write_text('organisers = ["server/desk.py"]', "utf-8")
    (catalogues / "languages.toml").write_text(LANGUAGES, "utf-8")
    for code, domain in HELD:
        po_path(code, domain, catalogues).parent.mkdir(parents=True, exist_ok=True)
        po_path(code, domain, catalogues).write_text("", "utf-8")
    assert main(["update"], tmp_path) == 0
    for path in catalogues.rglob("*.po"):
        path.write_text(path.read_text("utf-8").replace('msgid "PDF"\nmsgstr ""', 'msgid "PDF"\nmsgstr "PDF"'), "utf-8")
    return tmp_path


def test_complete_catalogues_pass(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (main(["check"], root), capsys.readouterr().out) == (0, "3 locales are complete\n")


def test_a_second_update_changes_nothing(root: Path) -> None:
    before = {path: path.read_bytes() for path in root.rglob("*.po*")}

    assert main(["update"], root) == 0
    assert {path: path.read_bytes() for path in root.rglob("*.po*")} == before


def test_each_fault_is_a_line(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "server" / "views.py").write_text('pgettext_("file", "PDF")\n_("Your form is saved.")\n_(name)', "utf-8")

    assert main(["check"], root) == 1
    assert capsys.readouterr().out.splitlines() == [
        "server/views.py:3: a marked text has to be a literal",
        "participants.pot: stale, run python -m i18n update",
        "zh_Hans: 'Your form is saved.': not in the catalogue",
        "ru: 'Your form is saved.': not in the catalogue",
    ]


def test_extract_writes_the_template_only(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "server" / "views.py").write_text('pgettext_("file", "PDF")\n_("Your form is saved.")', "utf-8")

    assert main(["extract"], root) == 0
    main(["check"], root)
    assert capsys.readouterr().out.splitlines() == [
        "zh_Hans: 'Your form is saved.': not in the catalogue",
        "ru: 'Your form is saved.': not in the catalogue",
    ]


def test_texts_for_organisers_are_asked_only_of_languages_that_have_them(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / "server" / "desk.py").write_text('_("Your plan is ready.")', "utf-8")

    assert main(["update"], root) == 0
    assert main(["check"], root) == 1
    assert capsys.readouterr().out == "ru: 'Your plan is ready.': empty\n"


def test_a_text_that_moves_to_the_other_domain_keeps_its_translation(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / "server" / "views.py").rename(root / "server" / "desk.py")

    assert main(["update"], root) == 0
    assert (main(["check"], root), capsys.readouterr().out) == (0, "3 locales are complete\n")
    assert 'msgstr "PDF"' in po_path("ru", Domain.ORGANISERS, root / "i18n" / "locales").read_text("utf-8")


def test_a_catalogue_that_a_language_must_have_is_missed(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    po_path("ru", Domain.ORGANISERS, root / "i18n" / "locales").unlink()

    assert main(["check"], root) == 1
    assert capsys.readouterr().out == "ru: organisers.po is missing\n"


@pytest.mark.parametrize(("code", "endonym"), [("kk", "Қазақ тілі"), ("zh_Hant", "中文 (繁體)")])
def test_a_language_is_added_by_its_folder(
    root: Path, capsys: pytest.CaptureFixture[str], code: str, endonym: str
) -> None:
    locales = root / "i18n" / "locales"
    path = po_path(code, Domain.PARTICIPANTS, locales)
    path.parent.mkdir(parents=True)
    path.write_text("", "utf-8")
    (root / "server" / "views.py").write_text('_("Your form is saved.")', "utf-8")
    assert main(["update"], root) == 0
    path.write_text(f'{path.read_text("utf-8").strip().removesuffix(EMPTY)}msgstr "Ok"\n', "utf-8")

    assert [locale.endonym for locale in found(locales)] == ["中文 (简体)", "Русский", "English", endonym]
    main(["check"], root)
    assert f"{code}: 'Your form is saved.': not in the language's script: Ok" in capsys.readouterr().out.splitlines()


def test_a_catalogue_with_another_plural_rule_is_a_fault(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = po_path("zh_Hans", Domain.PARTICIPANTS, root / "i18n" / "locales")
    path.write_text(path.read_text("utf-8").replace("nplurals=1", "nplurals=2"), "utf-8")

    assert main(["check"], root) == 1
    assert capsys.readouterr().out == "zh_Hans: the header's Plural-Forms are not those of i18n.catalog\n"
