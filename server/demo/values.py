"""Values of the demo's needs, as the service takes them."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from server.models import NeedState, Rights
from server.needs.values import NeedValues


def need_values(need: Mapping[str, Any], locale: str, *, state: NeedState = NeedState.PUBLISHED) -> NeedValues:
    """Return a need of a file of the demo. locale: of its texts."""
    return NeedValues(
        **{name: need[name] for name in ("title", "text", "topics", "modes", "budget", "confidentiality")},
        tried=need.get("tried", ""),
        acceptance=need.get("acceptance", ""),
        rights=Rights(need.get("rights", Rights.OPEN)),
        decision_owner=need.get("decision_owner", ""),
        must_topics=need.get("must_topics", []),
        is_released=need.get("is_released", False),
        readiness=need.get("readiness"),
        deadline=date.fromisoformat(need["deadline"]),
        text_locale=locale,
        state=state,
    )
