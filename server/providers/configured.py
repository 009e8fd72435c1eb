"""Which services people may sign in with, as the setting SIGN_IN_PROVIDERS names them."""

import ipaddress
import json
from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from matching.embedders.posting import address_of
from server.models.people import SUBJECT

NAME = r"^[a-z][a-z0-9-]{0,31}$"
LOCALHOST = frozenset({"localhost", "127.0.0.1", "::1"})


class ProviderKind(StrEnum):
    """The protocol of a provider."""

    OIDC = "oidc"
    WECOM = "wecom"
    DINGTALK = "dingtalk"


# Where each kind signs people in, and where its API is.
PLACES = {
    ProviderKind.WECOM: ("https://login.work.weixin.qq.com", "https://qyapi.weixin.qq.com"),
    ProviderKind.DINGTALK: ("https://login.dingtalk.com", "https://api.dingtalk.com"),
}
TITLES = {ProviderKind.WECOM: "企业微信 WeCom", ProviderKind.DINGTALK: "钉钉 DingTalk"}
SCOPES = {ProviderKind.OIDC: "openid email", ProviderKind.DINGTALK: "openid", ProviderKind.WECOM: ""}


class Provider(BaseModel):
    """A service that signs people in.

    name: in our addresses. title: on buttons; needed for oidc. issuer: of oidc, exactly as its discovery document says.
    client_id, client_secret: those of oidc, WeCom's CorpID and secret of the app, DingTalk's Client ID and secret.
    agent_id: of the app at WeCom. domains: of addresses that the provider may vouch for, all if empty. login_url,
    api_url: where WeCom and DingTalk are, if elsewhere than usual.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    name: str = Field(pattern=NAME)
    kind: ProviderKind = ProviderKind.OIDC
    title: str = Field("", max_length=60)
    issuer: str = Field("", max_length=SUBJECT)
    client_id: str = Field(min_length=1, max_length=SUBJECT - 40)
    client_secret: str = Field("", repr=False)
    scopes: str = ""
    agent_id: str = ""
    domains: tuple[str, ...] = ()
    login_url: str = ""
    api_url: str = ""

    @field_validator("domains")
    @classmethod
    def _folded(cls, domains: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(each.lower().removeprefix("@") for each in domains)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.kind == ProviderKind.OIDC:
            if not self.issuer or not self.title:
                raise ValueError(f"{self.name}: oidc needs an issuer and a title")
            if "openid" not in self.asked_scopes.split():
                raise ValueError(f"{self.name}: the scopes of oidc contain openid")
        elif not self.client_secret or (self.kind == ProviderKind.WECOM and not self.agent_id):
            raise ValueError(f"{self.name}: {self.kind} needs a client_secret, and wecom an agent_id")
        for url in filter(None, (self.issuer, self.login_url, self.api_url)):
            _refuse_unsafe(self.name, url)
        return self

    @property
    def asked_scopes(self) -> str:
        """What the provider is asked for, separated by spaces."""
        return self.scopes or SCOPES[self.kind]

    @property
    def login(self) -> str:
        """Where people are sent, of WeCom and DingTalk."""
        return (self.login_url or PLACES[self.kind][0]).rstrip("/")

    @property
    def api(self) -> str:
        """Where the server asks, of WeCom and DingTalk."""
        return (self.api_url or PLACES[self.kind][1]).rstrip("/")

    @property
    def shown(self) -> str:
        """The title, or the name of the service in Chinese and Latin letters."""
        return self.title or TITLES[self.kind]

    @property
    def source(self) -> str:
        """What makes subjects unique: the issuer, or the organisation at WeCom, or the app at DingTalk."""
        return self.issuer or f"{self.kind}:{self.client_id}"

    def may_vouch_for(self, address: str) -> bool:
        """Return whether the provider's word counts for this address."""
        return not self.domains or address.rpartition("@")[2] in self.domains


def _refuse_unsafe(name: str, url: str) -> None:
    """Raise ValueError for an address that others on the way could read or change."""
    address_of(url, kind=name, key="client_secret")
    if not url.startswith("https://") and not is_on_this_machine(url):
        raise ValueError(f"{name}: {url} has to begin with https://")


def is_on_this_machine(url: str) -> bool:
    """Return whether the host of an address is this machine, so that nobody can listen."""
    return urlsplit(url).hostname in LOCALHOST


def is_private(host: str) -> bool:
    """Return whether a host is written as an address inside a network, or is this machine."""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return host in LOCALHOST or "." not in host


def providers_in(setting: Any) -> Sequence[Any]:
    """Return the setting, a JSON list of objects, for validation. Raises ValueError, which repeats no secret."""
    try:
        found = json.loads(setting or "[]") if isinstance(setting, str) else setting
    except ValueError:
        raise ValueError("SIGN_IN_PROVIDERS is not JSON") from None
    if not isinstance(found, Sequence):
        raise ValueError('SIGN_IN_PROVIDERS is a list: [{"name": …}]')
    return found


def refuse_twins(providers: Sequence[Provider]) -> None:
    """Raise ValueError for two providers with one name or of one source, which could not be told apart."""
    for values in ([each.name for each in providers], [each.source for each in providers]):
        if len(set(values)) < len(values):
            raise ValueError("SIGN_IN_PROVIDERS names a provider twice")
