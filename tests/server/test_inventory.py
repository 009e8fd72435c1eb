"""Every column is named in the inventory of data about people."""

import pytest
from tortoise.models import Model

from server import models
from server.privacy import inventory

MODELS = [each for each in vars(models).values() if isinstance(each, type) and issubclass(each, Model)]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: str(model.__name__))
def test_every_column_is_exported_to_its_person_or_left_out_for_a_reason(model: type[Model]) -> None:
    rule = inventory.rule_of(model)
    if rule is None:
        targets = {model._meta.fields_map[name].model_name for name in model._meta.fk_fields}  # type: ignore[attr-defined]
        said = f"add {model.__name__} to RULES or IMPERSONAL of server/privacy/inventory.py"
        assert inventory.IMPERSONAL.get(model) and "server.Person" not in targets, said
        return
    named = sorted((*rule.exported, *rule.withheld))
    assert named == sorted(inventory.columns_of(model)), (
        f"name the columns of {model.__name__} in server/privacy/inventory.py"
    )
    assert rule.whose and all(rule.withheld.values())
