"""What the sign-in page and the account page show of providers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from server.models import ProviderAccount
from server.providers.opening import Opened


@dataclass(frozen=True)
class ShownProvider:
    """A provider for templates. name: in addresses."""

    name: str
    title: str


@dataclass(frozen=True)
class ShownConnection:
    """A person's account at a provider. title: of the provider, or its host if the settings name it no more."""

    id: int
    title: str
    used_at: datetime


def buttons(opened: Mapping[str, Opened]) -> Sequence[ShownProvider]:
    """Return the providers, in the order of the settings."""
    return [ShownProvider(each.provider.name, each.provider.shown) for each in opened.values()]


def connections(accounts: Sequence[ProviderAccount], opened: Mapping[str, Opened]) -> Sequence[ShownConnection]:
    """Return the accounts with the titles of their providers."""
    titles = {each.provider.source: each.provider.shown for each in opened.values()}
    return [
        ShownConnection(each.id, titles.get(each.source) or urlsplit(each.source).hostname or each.source, each.used_at)
        for each in accounts
    ]


def unconnected(accounts: Sequence[ProviderAccount], opened: Mapping[str, Opened]) -> Sequence[ShownProvider]:
    """Return the providers with which the person has no connection yet."""
    known = {each.source for each in accounts}
    return buttons({name: each for name, each in opened.items() if each.provider.source not in known})
