"""Rows of a file as members of a delegation: whom an import into a delegation may reach."""

from collections.abc import Collection
from typing import Any

from i18n import _
from server.errors import Refused
from server.imports.ledger import Ledger
from server.models import DelegationMember, Registration


class OfNobodyElse(Refused):
    """A leader reaches only members of the own delegation, and people who do not take part yet."""

    def __init__(self) -> None:
        super().__init__(_("This person is not in your delegation. Ask the organiser to add this person."))


def refuse_others(ledger: Ledger, found: Registration | None, places: Collection[Any]) -> None:
    """Raise Refused if an import into a delegation may not reach this person.

    found: the person's registration as an expert. places: all rows by which the person takes part in the event.
    """
    if ledger.into is None:
        return
    member = _member(ledger, found) if found is not None else None
    if member is not None and member.delegation_id == ledger.into.delegation_id:
        return
    if ledger.into.is_leader and places:
        raise OfNobodyElse
    if member is not None:
        raise Refused(_("This expert belongs to another delegation. Take the expert out there first."))


def refuse_enterprise(ledger: Ledger) -> None:
    """Raise Refused for an enterprise in an import into a delegation."""
    if ledger.into is not None:
        raise Refused(_("A delegation has only experts. Leave this row out."))


def join(ledger: Ledger, party: Registration) -> None:
    """Make an expert a member of the delegation of the import, if there is one."""
    if ledger.into is not None and _member(ledger, party) is None:
        ledger.create(DelegationMember, delegation_id=ledger.into.delegation_id, registration_id=party.id)


def _member(ledger: Ledger, party: Registration) -> DelegationMember | None:
    return next(iter(ledger.find(DelegationMember, registration_id=party.id)), None)
