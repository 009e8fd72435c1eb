"""The commands, run on a repository of one module."""

from pathlib import Path

import pytest

from i18n.__main__ import main

ALLOWED = """
[ru]
words = ["PDF"]
[zh_Hans]
words = ["PDF"]
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a repository whose only text is a foreign word in every language and needs no translation."""
    (tmp_path / "server").mkdir()
    (tmp_path / "server" / "views.py").write_text('pgettext_("file", "PDF")', "utf-8")
    catalogues = tmp_path / "i18n" / "locales"
    catalogues.mkdir(parents=True)
    (catalogues / "allowed.toml").write_text(ALLOWED, "utf-8")
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
        "messages.pot: stale, run python -m i18n update",
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


def test_a_catalogue_with_another_plural_rule_is_a_fault(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = root / "i18n" / "locales" / "zh_Hans" / "LC_MESSAGES" / "messages.po"
    path.write_text(path.read_text("utf-8").replace("nplurals=1", "nplurals=2"), "utf-8")

    assert main(["check"], root) == 1
    assert capsys.readouterr().out == "zh_Hans: the header's Plural-Forms are not those of i18n.catalog\n"
