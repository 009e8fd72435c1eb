"""A need as its enterprise wants it, as the service takes it."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date

from server.models import BudgetBand, Confidentiality, Need, NeedState, Rights
from server.values import UNSET, Unset, Values


@dataclass(frozen=True, kw_only=True)
class NeedValues(Values):
    """text_locale: the language of title and text. topics: must_topics included. readiness: TRL, 1 to 9. delegates: ids
    of the delegates who have to be at a meeting on the need.
    """

    title: str
    text: str = ""
    tried: str = ""
    acceptance: str = ""
    text_locale: str = ""
    topics: Sequence[str] = ()
    must_topics: Sequence[str] = ()
    modes: Sequence[str] = ()
    readiness: int | None = None
    deadline: date | None = None
    budget: BudgetBand = BudgetBand.OPEN
    rights: Rights = Rights.OPEN
    decision_owner: str = ""
    confidentiality: Confidentiality
    is_released: bool = False
    state: NeedState = NeedState.PUBLISHED
    delegates: Sequence[int] | Unset = UNSET

    @classmethod
    def of(cls, need: Need) -> "NeedValues":
        """Return the values as they are stored."""
        stored = {each.name: getattr(need, each.name) for each in fields(cls)}
        return cls(**{**stored, "delegates": need.delegates or ()})

    def changed_in(self, need: Need) -> list[str]:
        """Return the columns in which a stored need differs, apart from its state."""
        return [name for name, value in self.columns().items() if name != "state" and getattr(need, name) != value]
