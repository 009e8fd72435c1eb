"""All settings of the server: one frozen object, read from the environment once."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import Field, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from matching import embedders
from matching.embedders.posting import address_of
from server import strength
from server.drafting.engines import Engine, engine_for
from server.passports.vault import MAKES_A_KEY, Vault, keys_in
from server.privacy.periods import Period, days_in
from server.providers.configured import Provider, providers_in, refuse_twins

MAKES_A_SECRET = 'python -c "import secrets; print(secrets.token_urlsafe(32))"'  # noqa: S105
DEFAULT_SECRET = "only-for-trying-out-on-this-machine"  # noqa: S105
# The address for a browser on this machine, if the server listens on all addresses.
EVERY_ADDRESS = MappingProxyType({"0.0.0.0": "127.0.0.1", "::": "[::1]", "::1": "[::1]"})  # noqa: S104
STATIC = Path(__file__).parent.parent / "static"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1", "[::1]"})


class WeakSecret(Exception):
    """SECRET_KEY is long enough but easy to guess."""


class Settings(BaseSettings):
    """Settings of an installation. server/README.md lists the same names.

    Raises pydantic.ValidationError for invalid values, and for a default or weak secret unless the server is on
    loopback.
    """

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True, validate_default=True)

    database_url: str = Field(
        "sqlite://var/duijie.db", description="sqlite://PATH or postgres://USER:PASSWORD@HOST/NAME"
    )
    secret_key: str = Field(DEFAULT_SECRET, description="at least 32 characters; keys feed addresses and codes")
    host: str = Field("127.0.0.1", description="address to listen on")
    port: int = Field(8000, ge=1, le=65535, description="port to listen on")
    base_url: str = Field(
        "", description="what links in e-mails and calendars begin with; empty: http:// with HOST and PORT"
    )
    smtp_url: str = Field(
        "",
        description="smtp://USER:PASSWORD@HOST:PORT or smtps://…; empty: e-mail is written to MAIL_DIR. "
        "A server that offers no TLS gets no password",
    )
    smtp_connections: int = Field(8, ge=1, le=100, description="connections to the SMTP server at once, by each worker")
    smtp_by_host: int = Field(
        4, ge=1, le=100, description="e-mails to one host (what follows the @) that a worker sends at once"
    )
    smtp_unicode: bool = Field(
        False, description="the SMTP server takes addresses with other than Latin letters before the @ (SMTPUTF8)"
    )
    mail_dir: Path = Field(
        Path("var/mail"), description="where e-mail is written while SMTP_URL is empty, for its owner alone"
    )
    files_dir: Path = Field(
        Path("var/files"), description="where uploaded files are kept, for their owner alone; outside of what is served"
    )
    mail_from: str = Field("duijie@localhost", description="sender of e-mail, and organiser of calendar entries")
    forwarded_allow_ips: str = Field("127.0.0.1", description="proxies whose X-Forwarded-* are believed")
    workers_in_web: bool = Field(
        True, description="run jobs inside the web process; false where `worker` runs beside it"
    )
    solve_seconds: float = Field(10.0, gt=0, le=600, description="time limit of one run of the solver")
    match_embed: str = Field(
        embedders.BUNDLED,
        description="how texts are compared beside topics and words: bundled, the sentence encoder that comes with the "
        "server; onnx:FOLDER or openai:BASE_URL, a language model instead; none: by topics and words alone",
    )
    match_embed_model: str = Field(embedders.MODEL, description="the model that an endpoint is asked for")
    match_embed_key: str = Field("", repr=False, description="sent to an endpoint as a bearer token")
    match_embed_cache: Path = Field(embedders.CACHE, description="the SQLite file that keeps vectors of texts")
    translate: str = Field(
        "", description="libretranslate:URL, deepl:URL or openai:BASE_URL: drafts translations; empty: none"
    )
    translate_key: str = Field("", repr=False, description="sent to the engine that drafts translations")
    translate_model: str = Field("", description="the model that openai: asks for")
    translate_budget: int = Field(
        500_000, ge=0, description="characters that are sent to the engine on one day (UTC), by the whole installation"
    )
    orcid_url: str = Field(
        "https://pub.orcid.org/v3.0", description="ORCID's public API, for suggestions where an event offers them"
    )
    ror_url: str = Field("https://api.ror.org/v2", description="the API of ROR, for suggestions of organisations")
    passport_keys: str = Field(
        "",
        repr=False,
        description="Fernet keys that seal passport data, separated by commas, the newest first; empty: events cannot "
        "ask for passport data",
    )
    retention: Path | None = Field(
        None, description="a TOML file with other days for how long data about people is kept; see server/privacy"
    )
    organisers_create_events: bool = Field(
        True, description="those named by `create-organiser` create events; false: only administrators do"
    )
    sign_in_providers: Annotated[tuple[Provider, ...], NoDecode] = Field(
        (),
        description="services that organisers and staff sign in with, as a JSON list; see below. Empty: e-mail and "
        "passkeys alone",
    )
    pseudo_locales: bool = Field(False, description="offer en_XA and ar_XB, for testing the interface")

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, url: str) -> str:
        if not url.startswith(("sqlite://", "postgres://", "postgresql://")):
            raise ValueError("DATABASE_URL begins with sqlite:// or postgres://")
        return url

    @field_validator("base_url", mode="after")
    @classmethod
    def _absolute(cls, url: str, info: ValidationInfo) -> str:
        if not url:
            if not {"host", "port"} <= info.data.keys():
                return url  # a fault of HOST or PORT is told by itself
            host = info.data["host"]
            url = f"http://{EVERY_ADDRESS.get(host, host)}:{info.data['port']}"
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise ValueError("BASE_URL begins with http:// or https:// and names a host")
        return url.rstrip("/")

    @field_validator("orcid_url", "ror_url")
    @classmethod
    def _a_registry(cls, url: str) -> str:
        address_of(url, kind="ORCID_URL, ROR_URL", key="")
        return url.rstrip("/")

    @field_validator("match_embed")
    @classmethod
    def _known_embedder(cls, setting: str) -> str:
        embedders.embedder(setting, seconds=0)
        return setting

    @field_validator("translate")
    @classmethod
    def _known_engine(cls, setting: str) -> str:
        engine_for(setting)
        return setting

    @field_validator("files_dir")
    @classmethod
    def _outside_of_the_web(cls, folder: Path) -> Path:
        if folder.resolve().is_relative_to(STATIC):
            raise ValueError("FILES_DIR lies in a folder that is served to everybody")
        return folder

    @field_validator("passport_keys")
    @classmethod
    def _are_keys(cls, keys: str) -> str:
        try:
            Vault(keys_in(keys))
        except ValueError:
            raise ValueError(f"PASSPORT_KEYS has what is no key: take what `{MAKES_A_KEY}` prints") from None
        return keys

    @field_validator("retention")
    @classmethod
    def _readable_periods(cls, path: Path | None) -> Path | None:
        days_in(path)
        return path

    @field_validator("sign_in_providers", mode="before")
    @classmethod
    def _listed_providers(cls, setting: Any) -> Any:
        return providers_in(setting)

    @field_validator("sign_in_providers")
    @classmethod
    def _each_provider_once(cls, providers: tuple[Provider, ...]) -> tuple[Provider, ...]:
        refuse_twins(providers)
        return providers

    @model_validator(mode="after")
    def _engine_is_complete(self) -> Self:
        if self.translate.startswith("openai:") and not self.translate_model:
            raise ValueError("TRANSLATE_MODEL has to name the model that openai: asks for")
        if self.translate.startswith("deepl:") and not self.translate_key:
            raise ValueError("TRANSLATE_KEY is needed for deepl:")
        return self

    @model_validator(mode="after")
    def _secret_is_chosen(self) -> Self:
        if self.is_loopback:
            return self
        if self.secret_key == DEFAULT_SECRET:
            raise ValueError("SECRET_KEY has to be chosen before listening on anything but loopback")
        if len(self.secret_key) < 32:
            raise ValueError("SECRET_KEY has to have at least 32 characters")
        return self

    def refuse_weak_secret(self) -> None:
        """Raise WeakSecret if others can reach the server. Called before anything is served or sent."""
        if not self.is_loopback and strength.unforeseen(self.secret_key) < strength.LEAST:
            raise WeakSecret(f"SECRET_KEY is easy to guess: take what `{MAKES_A_SECRET}` prints")

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine reaches the server: neither socket nor public address belong to another host."""
        return self.host in LOOPBACK and urlsplit(self.base_url).hostname in {h.strip("[]") for h in LOOPBACK}

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite://")

    @property
    def is_https(self) -> bool:
        return self.base_url.startswith("https://")

    @property
    def texts_go_to(self) -> str:
        """The host of the endpoint that compares texts, "" if texts stay on this machine."""
        kind, _, where = self.match_embed.partition(":")
        host = urlsplit(where).hostname if kind == "openai" else None
        return "" if host is None or host in LOOPBACK else host

    @property
    def engine(self) -> Engine | None:
        """The engine that drafts translations, None if none is set."""
        return engine_for(self.translate, key=self.translate_key, model=self.translate_model, stays=LOOPBACK)

    @property
    def translations_go_to(self) -> str:
        """The host of the engine that drafts translations, "" if there is none or texts stay on this machine."""
        engine = self.engine
        return engine.host if engine else ""

    @property
    def hosts(self) -> tuple[str, str]:
        """The hosts to which texts of participants go: for translation, and to be compared; "" for none."""
        return self.translations_go_to, self.texts_go_to

    @property
    def registries(self) -> Mapping[str, str]:
        """The hosts that are asked for suggestions, by key of `consents.REGISTRIES`."""
        urls = {"orcid": self.orcid_url, "ror": self.ror_url}
        return {name: urlsplit(url).hostname or url for name, url in urls.items()}

    @property
    def days_kept(self) -> Mapping[Period, int]:
        """How many days data about people is kept, by kind of period."""
        return days_in(self.retention)

    @property
    def vault(self) -> Vault:
        """What seals and opens passport data with the keys of passport_keys."""
        return Vault(keys_in(self.passport_keys))

    @property
    def public_host(self) -> str:
        """The host of base_url without port: the right-hand side of calendar UIDs."""
        return urlsplit(self.base_url).hostname or "localhost"
