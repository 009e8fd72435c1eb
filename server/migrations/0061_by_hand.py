from tortoise import migrations
from tortoise.migrations import operations as ops
from json import loads
from server.models.base import encode_json
from server.models.plans import ActKind
from tortoise.fields.base import OnDelete
from tortoise import fields


class Migration(migrations.Migration):
    dependencies = [("server", "0060_address_agreed")]

    initial = False

    operations = [
        ops.CreateModel(
            name="PlanAct",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ("updated_at", fields.DatetimeField(auto_now=True, auto_now_add=False)),
                (
                    "plan",
                    fields.ForeignKeyField(
                        "server.Plan",
                        source_field="plan_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="acts",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("number", fields.IntField()),
                ("kind", fields.CharEnumField(enum_type=ActKind, max_length=16)),
                ("of", fields.IntField(null=True)),
                ("changes", fields.JSONField(default=dict, encoder=encode_json, decoder=loads)),
                (
                    "by",
                    fields.ForeignKeyField(
                        "server.Person",
                        source_field="by_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="plan_acts",
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
            ],
            options={"table": "plan_act", "app": "server", "unique_together": (("plan", "number"),), "pk_attr": "id"},
            bases=["Row"],
        ),
        ops.AddField(
            model_name="Plan",
            name="base",
            field=fields.ForeignKeyField(
                "server.Plan",
                source_field="base_id",
                null=True,
                db_constraint=True,
                to_field="id",
                related_name="made_of",
                on_delete=OnDelete.SET_NULL,
            ),
        ),
        ops.AddField(
            model_name="Plan",
            name="revision",
            field=fields.IntField(null=True),
        ),
    ]
