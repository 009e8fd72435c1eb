"""Why a sign-in through a provider failed. Each sentence says how to go on."""

from collections.abc import Mapping
from typing import ClassVar

from i18n import Message, _
from server.errors import Refused


class ProviderRefused(Refused):
    """A sign-in through a provider, or connecting one, did not succeed. said: what the person reads."""

    said: ClassVar[Message]

    def __init__(self) -> None:
        super().__init__(self.said)


class Declined(ProviderRefused):
    """The person said no at the provider, or the provider said no to them."""

    said = _("The sign-in was not confirmed at the sign-in service. Try again, or sign in by e-mail.")


class ProviderDown(ProviderRefused):
    """The provider is down, too slow, or answers something else than it should."""

    said = _("The sign-in service does not answer. Try again later, or sign in by e-mail.")


class AttemptEnded(ProviderRefused):
    """This browser has not begun the sign-in, or too long ago, or has finished it."""

    said = _("This sign-in was already used or took too long. Start again.")


class ProofRefused(ProviderRefused):
    """The provider's answer does not prove who the person is."""

    said = _("The answer of the sign-in service was not accepted. Try again, or sign in by e-mail.")


class AddressNotVerified(ProviderRefused):
    """The provider does not vouch for the person's address, or may not, and their account is not connected yet."""

    said = _(
        "The sign-in service did not confirm your e-mail address. Sign in by e-mail, then connect the service in your "
        "account."
    )


class NotConnected(ProviderRefused):
    """The provider tells no addresses, and no account here is connected with this person's account there."""

    said = _(
        "This sign-in service is not connected with an account here yet. Sign in by e-mail, then connect the service "
        "in your account."
    )


class ConnectedOtherwise(ProviderRefused):
    """The account here is connected with another account at the provider."""

    said = _(
        "Your account here is connected with another account at this sign-in service. Sign in by e-mail and remove "
        "that connection first."
    )


class BelongsToOther(ProviderRefused):
    """The account at the provider signs in another person here."""

    said = _("Your account at the sign-in service is connected with another account here. Nothing was changed.")


KINDS: Mapping[str, type[ProviderRefused]] = {
    kind.code: kind
    for kind in (
        Declined,
        ProviderDown,
        AttemptEnded,
        ProofRefused,
        AddressNotVerified,
        NotConnected,
        ConnectedOtherwise,
        BelongsToOther,
    )
}


def sentence(code: str | None) -> Message | None:
    """Return what the refusal with this code says, None for an unknown code."""
    found = KINDS.get(code or "")
    return found.said if found else None
