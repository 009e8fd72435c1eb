"""The adapters of the providers that the settings name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from server.providers.asking import Adapter
from server.providers.configured import Provider, ProviderKind


@dataclass(frozen=True)
class Opened:
    """A provider and how it is spoken to."""

    provider: Provider
    adapter: Adapter


def opened(providers: Sequence[Provider]) -> Mapping[str, Opened]:
    """Return the providers by name, in the order of the settings. Nothing is asked yet."""
    return {each.name: Opened(each, _adapter(each)) for each in providers}


def _adapter(provider: Provider) -> Adapter:
    """Return the adapter of one provider. What it needs is loaded here: without providers, a server starts sooner."""
    if provider.kind == ProviderKind.WECOM:
        from server.providers.wecom import WeCom

        return WeCom(provider)
    if provider.kind == ProviderKind.DINGTALK:
        from server.providers.dingtalk import DingTalk

        return DingTalk(provider)
    from server.providers.oidc import OpenIdConnect

    return OpenIdConnect(provider)
