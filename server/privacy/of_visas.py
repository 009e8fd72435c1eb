"""The part of the inventory about visas: passport data and invitations."""

from collections.abc import Iterator

from server import models
from server.privacy.periods import Period
from server.privacy.tables import INTERNAL, OF_OTHERS, Category, TableRule, because


def of_visas() -> Iterator[TableRule]:
    """Yield the rules of these tables."""
    of_expert = ("registration__person_id",)
    yield TableRule(
        models.Passport,
        Category.PASSPORTS,
        Period.PASSPORTS,
        of_expert,
        # Opened for its person, see `exporting`.
        "registration_id sealed",
        because(INTERNAL, "key_id"),
    )
    yield TableRule(
        models.PassportRead,
        Category.PASSPORTS,
        Period.PARTICIPATION,
        (*of_expert, "by_id"),
        "registration_id reason",
        because(OF_OTHERS, "by_id"),
    )
    yield TableRule(
        models.Invitation,
        Category.PROFILE,
        Period.PARTICIPATION,
        of_expert,
        "registration_id employer position first_day last_day entries companions has_passport released_at",
    )
