"""Settings are documented, and unsafe ones are refused."""

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from server.settings import DEFAULT_SECRET, Settings, WeakSecret

README = Path(__file__).parents[2] / "server" / "README.md"
CHOSEN = "a secret of at least thirty-two characters"


def test_every_setting_stands_in_the_readme_and_nothing_else_does() -> None:
    documented = re.findall(r"^\| `([A-Z][A-Z_]+)` \|", README.read_text("utf-8"), re.MULTILINE)
    assert sorted(documented) == sorted(name.upper() for name in Settings.model_fields)


def test_without_an_environment_everything_stays_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    settings = Settings()
    assert (settings.is_loopback, settings.is_sqlite, settings.smtp_url) == (True, True, "")
    assert settings.secret_key == DEFAULT_SECRET


def test_the_environment_is_read_and_what_is_empty_in_it_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://db.example/duijie")
    monkeypatch.setenv("PORT", "")
    assert (Settings().database_url, Settings().port) == ("postgres://db.example/duijie", 8000)


@pytest.mark.parametrize("where", [{"host": "0.0.0.0"}, {"base_url": "https://duijie.example"}])
@pytest.mark.parametrize("secret", [DEFAULT_SECRET, "too short"])
def test_a_reachable_server_needs_its_own_secret(where: dict[str, Any], secret: str) -> None:
    with pytest.raises(ValidationError, match="SECRET_KEY"):
        Settings(**where, secret_key=secret)
    assert Settings(**where, secret_key=CHOSEN).secret_key == CHOSEN


@pytest.mark.parametrize(
    "secret",
    [
        "a" * 40,
        "ab" * 20,
        "changeme" * 5,
        "Password1234567890Password1234567890",
        "0123456789abcdef0123456789abcdef",
        "qwertyuiopasdfghjklzxcvbnm123456",
        "please-change-this-secret-key-please",
        "your-secret-key-at-least-32-characters-long",
        "Duijie2026Duijie2026Duijie2026!!",
        "пароль-пароль-пароль-пароль-пароль",
    ],
)
def test_a_long_secret_that_is_easy_to_guess_is_refused(secret: str) -> None:
    with pytest.raises(WeakSecret, match=r"easy to guess.*secrets\.token_urlsafe"):
        Settings(base_url="https://duijie.example", secret_key=secret).refuse_weak_secret()
    Settings(secret_key=secret).refuse_weak_secret()


@pytest.mark.parametrize(
    "secret",
    [
        "59a30cf1c7cb4f1a8e55f3d5b6e8a1d7",
        "4XGJQGqTEG1zYjH0Jm3iFfE4o8yKQd0wzq0GfG4yXyk",
        "correct horse battery staple, and a lantern",
    ],
)
def test_generated_and_invented_secrets_are_accepted(secret: str) -> None:
    Settings(base_url="https://duijie.example", secret_key=secret).refuse_weak_secret()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_on_loopback_the_default_secret_is_accepted(host: str) -> None:
    address = f"[{host}]" if ":" in host else host
    assert Settings(host=host, base_url=f"http://{address}:8000").is_loopback


@pytest.mark.parametrize(
    "values",
    [
        {"database_url": "mysql://db.example/duijie"},
        {"base_url": "duijie.example"},
        {"base_url": "ftp://duijie.example"},
        {"port": 0},
        {"port": 65536},
        {"solve_seconds": 0},
        {"match_embed": "cloud:key"},
        {"match_embed": "openai:models.example"},
        {"translate": "google:https://translate.example"},
        {"translate": "libretranslate:translate.example"},
        {"translate": "deepl:https://api.example"},
        {"translate": "openai:https://api.example/v1"},
        {"translate_budget": -1},
    ],
)
def test_a_value_of_the_wrong_form_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Settings(**values)


@pytest.mark.parametrize(
    ("setting", "host"),
    [
        ("none", ""),
        ("bundled", ""),
        ("onnx:/srv/model", ""),
        ("openai:http://127.0.0.1:8080/v1", ""),
        ("openai:https://models.example/v1", "models.example"),
    ],
)
def test_where_texts_go_to_is_known(setting: str, host: str) -> None:
    assert Settings(match_embed=setting).texts_go_to == host


@pytest.mark.parametrize(
    ("setting", "host"),
    [
        ("", ""),
        ("libretranslate:http://127.0.0.1:5000", ""),
        ("libretranslate:http://[::1]:5000", ""),
        ("openai:http://localhost:8080/v1", ""),
        ("deepl:https://api-free.deepl.com", "api-free.deepl.com"),
    ],
)
def test_where_texts_are_translated_is_known(setting: str, host: str) -> None:
    assert Settings(translate=setting, translate_key="key", translate_model="small").translations_go_to == host


def test_the_key_of_the_engine_is_not_shown() -> None:
    settings = Settings(translate="deepl:https://api.example", translate_key="a-secret")
    assert "a-secret" not in f"{settings!r} {settings.engine!r}"


def test_settings_do_not_change() -> None:
    with pytest.raises(ValidationError):
        Settings().port = 9000  # type: ignore[misc]


@pytest.mark.parametrize(
    ("base_url", "clean", "host", "is_https"),
    [
        ("https://duijie.example/", "https://duijie.example", "duijie.example", True),
        ("http://duijie.example:8080", "http://duijie.example:8080", "duijie.example", False),
    ],
)
def test_base_url_has_no_slash_at_its_end(base_url: str, clean: str, host: str, is_https: bool) -> None:
    settings = Settings(base_url=base_url, secret_key=CHOSEN)
    assert (settings.base_url, settings.public_host, settings.is_https) == (clean, host, is_https)
