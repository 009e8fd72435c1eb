"""What e-mails about signing in and about the account say: see `server.emails`."""

from dataclasses import dataclass

from server.emails import AccountEmail


@dataclass(frozen=True, kw_only=True)
class SignIn(AccountEmail):
    """A link and a code to sign in. minutes: how long both work."""

    template = "sign_in"

    code: str
    minutes: int


@dataclass(frozen=True, kw_only=True)
class ConfirmAddress(AccountEmail):
    """To the new address of an account: a link that confirms it. when: from then on this address alone is enough."""

    template = "address_confirm"

    when: str


@dataclass(frozen=True, kw_only=True)
class AddressHasAccount(AccountEmail):
    """To an address that somebody wanted for another account, though it has one."""

    template = "address_taken"


@dataclass(frozen=True, kw_only=True)
class AddressChangeAsked(AccountEmail):
    """To the old address of an account: links that stop the change and that agree to it. new: the new address.

    when: from then on the new address alone is enough.
    """

    template = "address_told"

    new: str
    agree: str
    when: str


@dataclass(frozen=True, kw_only=True)
class AddressChanged(AccountEmail):
    """To the old address of an account: a link that undoes the change. new: the new address."""

    template = "address_changed"

    new: str


@dataclass(frozen=True, kw_only=True)
class AddressWorks(AccountEmail):
    """To the new address of an account, after the change."""

    template = "address_works"


@dataclass(frozen=True, kw_only=True)
class AddressWaits(AccountEmail):
    """To somebody who wants to sign in with a confirmed new address before the change. old: the old address, masked.

    when: from then on the new address alone is enough.
    """

    template = "address_waits"

    old: str
    when: str


@dataclass(frozen=True, kw_only=True)
class PasskeyAdded(AccountEmail):
    """To a person whose account has a new passkey. device: browser and system, "" if unknown."""

    template = "passkey_added"

    device: str


@dataclass(frozen=True, kw_only=True)
class ProviderConnected(AccountEmail):
    """To a person whose account can be signed in to through a sign-in service from now on. provider: its title."""

    template = "provider_connected"

    provider: str
