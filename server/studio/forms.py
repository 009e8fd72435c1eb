"""What the pages of plans accept: how long to search, and which part of a plan to look at."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import urlencode

from pydantic import Field

from server import forms
from server.forms import BlankIsNone, Fields

MAX_SECONDS = 600
MAX_SEED = 2**31 - 1
MAX_PAGE = 10_000
MAX_LIMIT = 200


class Preset(StrEnum):
    """What a new plan owes to the one in force."""

    FRESH = "fresh"
    FILL = "fill"
    REPAIR = "repair"


class AskForPlan(Fields):
    """preset: None for the usual one, which depends on whether a plan is in force."""

    seconds: Annotated[int, Field(ge=1, le=MAX_SECONDS)]
    seed: Annotated[int, Field(ge=0, le=MAX_SEED)] = 0
    preset: Preset | None = None


Limit = Annotated[Annotated[int, Field(ge=1, le=MAX_LIMIT)] | None, BlankIsNone]


class RulesFields(Fields):
    """least_points: hundredths of a value. Empty limits are made of slots and sizes."""

    least_points: Annotated[int, Field(ge=0, le=100)]
    expert_max_meetings: Limit = None
    enterprise_max_meetings: Limit = None
    serves_every_need: bool = False

    def columns(self) -> dict[str, Any]:
        """As the model's columns are called."""
        values = self.model_dump(exclude={"least_points"})
        return {"least_value": self.least_points / 100, **values}


class By(StrEnum):
    """What the rows of the timetable are."""

    SLOT = "slot"
    EXPERT = "expert"
    ENTERPRISE = "enterprise"
    INTERPRETER = "interpreter"


class Look(Fields):
    """What of a plan is shown. person: an id of the problem. why: a reason, "mutual" or "". rows, page: from 1."""

    by: By = By.SLOT
    day: Annotated[str, Field(max_length=10)] = ""
    person: Annotated[str, Field(max_length=20)] = ""
    why: Annotated[str, Field(max_length=40)] = ""
    rows: Annotated[int, Field(ge=1, le=MAX_PAGE)] = 1
    page: Annotated[int, Field(ge=1, le=MAX_PAGE)] = 1

    def query(self, **changes: Any) -> str:
        """The same look with changes, as the query of a link; the defaults are left out."""
        look = self.model_copy(update=changes)
        return "?" + urlencode(look.model_dump(exclude_defaults=True))


def look_of(query: Mapping[str, str]) -> Look:
    """A link that nobody gave out shows the plan from its beginning."""
    try:
        return forms.check(Look, query)
    except forms.Invalid:
        return Look()
