"""Forms of the pages of plans: the time limit, and which part of a plan to show."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import urlencode

from pydantic import Field

from server import forms
from server.forms import BlankIsNone, Fields
from server.models.registrations import MAX_MEETINGS
from server.plans.promised import Promise
from server.plans.values import PlanRules

MAX_SECONDS = 600
MAX_SEED = 2**31 - 1
MAX_PAGE = 10_000
MAX_LIMIT = 200
MAX_WALK = 120  # minutes


class Preset(StrEnum):
    """How a new plan starts from the published one."""

    FRESH = "fresh"
    FILL = "fill"
    REPAIR = "repair"


class AskForPlan(Fields):
    """preset: None for the usual one, which depends on whether a plan is published."""

    seconds: Annotated[int, Field(ge=1, le=MAX_SECONDS)]
    seed: Annotated[int, Field(ge=0, le=MAX_SEED)] = 0
    preset: Preset | None = None


Limit = Annotated[Annotated[int, Field(ge=1, le=MAX_LIMIT)] | None, BlankIsNone]


class RulesFields(Fields):
    """least_points: the least value in hundredths. Empty limits are computed from slots and numbers of participants."""

    least_points: Annotated[int, Field(ge=0, le=100)]
    expert_max_meetings: Limit = None
    enterprise_max_meetings: Limit = None
    expert_max_consecutive: Limit = None
    enterprise_max_consecutive: Limit = None
    serves_every_need: bool = False
    walk_min: Annotated[int, Field(ge=0, le=MAX_WALK)] = 0

    def rules(self) -> PlanRules:
        return PlanRules(
            least_value=self.least_points / 100,
            expert_max_meetings=self.expert_max_meetings,
            enterprise_max_meetings=self.enterprise_max_meetings,
            expert_max_consecutive=self.expert_max_consecutive,
            enterprise_max_consecutive=self.enterprise_max_consecutive,
            serves_every_need=self.serves_every_need,
            walk_min=self.walk_min,
        )


class PromiseFields(Fields):
    """What is promised to a party. table_id: of its own table, empty for none."""

    min_meetings: Annotated[int, Field(ge=0, le=MAX_MEETINGS)] = 0
    table_id: Annotated[Annotated[int, Field(ge=1, le=MAX_SEED)] | None, BlankIsNone] = None

    def promise(self) -> Promise:
        return Promise(min_meetings=self.min_meetings, table_id=self.table_id)


class By(StrEnum):
    """What the rows of the timetable are."""

    SLOT = "slot"
    EXPERT = "expert"
    ENTERPRISE = "enterprise"
    INTERPRETER = "interpreter"


SOMEBODY = "in-place-of-any-person"  # longer than any value of a view


class PlanView(Fields):
    """Which part of a plan is shown. person: id in the problem. why: a reason, "mutual" or "". rows, page: from 1."""

    by: By = By.SLOT
    day: Annotated[str, Field(max_length=10)] = ""
    person: Annotated[str, Field(max_length=20)] = ""
    why: Annotated[str, Field(max_length=40)] = ""
    rows: Annotated[int, Field(ge=1, le=MAX_PAGE)] = 1
    page: Annotated[int, Field(ge=1, le=MAX_PAGE)] = 1

    def query(self, **changes: Any) -> str:
        """Return this view with changes as the query of a link, without defaults."""
        look = self.model_copy(update=changes)
        return "?" + urlencode(look.model_dump(exclude_defaults=True))

    def of_people(self, ids: Iterable[str]) -> dict[str, str]:
        """Return by person this view with the person highlighted, as the query of a link: there may be thousands."""
        before, _all, behind = self.query(person=SOMEBODY).partition(SOMEBODY)
        return {id: f"{before}{id}{behind}" for id in ids}


def plan_view_of(query: Mapping[str, str]) -> PlanView:
    """Return the view in a query; an invalid query shows the plan from its beginning."""
    try:
        return forms.check(PlanView, query)
    except forms.Invalid:
        return PlanView()
