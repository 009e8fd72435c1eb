"""An event's rules of planning, as services take them."""

from dataclasses import dataclass

from server.models import Event
from server.values import Values


@dataclass(frozen=True, kw_only=True)
class PlanRules(Values):
    """Columns of Event: see there.

    least_value: in [0, 1]. expert_max_meetings, enterprise_max_meetings: for each party of the side, None for a limit
    computed from slots and numbers of participants. expert_max_consecutive, enterprise_max_consecutive: adjacent slots
    in a row with meetings, >= 1, None for any number.
    """

    least_value: float
    expert_max_meetings: int | None = None
    enterprise_max_meetings: int | None = None
    expert_max_consecutive: int | None = None
    enterprise_max_consecutive: int | None = None
    serves_every_need: bool = False
    walk_min: int = 0

    @classmethod
    def of(cls, event: Event) -> "PlanRules":
        """Return the rules as they are stored."""
        return cls(**{name: getattr(event, name) for name in cls.__dataclass_fields__})
