"""What people enter about their account, as the service takes it."""

from dataclasses import dataclass

from server.values import Values


@dataclass(frozen=True, kw_only=True)
class AccountValues(Values):
    """What the account page edits."""

    full_name: str
    time_zone: str
