"""How a form offers topics: grouped by field, each field folded, its topics loaded when it is opened.

The scheme has about a thousand topics, far more than the rest of a page. A page has only the topics that are ticked or
found in its text. A script loads the others when a field is first opened; without scripts, a button in each field shows
the form again with everything typed and all topics.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from i18n import LOCALES
from matching.affinity import Scheme
from server import access
from server.pages import confirmed
from server.schemes import scheme_of

EVERY = "topics"
"""What a form sends as `as` to be shown again with every topic."""

Choice = tuple[str, str]


@dataclass(frozen=True)
class Offer:
    """Topics of a form. address: URL with the topics of all fields. but: a topic id that is not offered.

    groups: (id and label of a field, its topics or None if not in the page).
    """

    topics: Scheme
    locale: str
    address: str
    groups: Sequence[tuple[str, str, Sequence[Choice] | None]]
    but: str = ""

    def ticked(self, typed: Any) -> list[Choice]:
        """Return the topics among the typed values, in the order of the scheme."""
        chosen = {typed} if isinstance(typed, str) else set(typed or ())
        return [(leaf, self.topics.label(leaf, self.locale)) for leaf in self.topics.leaves if leaf in chosen]


def offer(request: Request, typed: Mapping[str, Any], topics: Scheme | None = None, but: str = "") -> Offer:
    """Return the topics to choose from in a form. typed: form values. topics: a scheme, None for the event's."""
    event, locale = access.event(request), request.state.locale
    offered = topics or scheme_of(event)
    fields = [(field, offered.label(field, locale)) for field in offered.fields]
    return Offer(
        topics=offered,
        locale=locale,
        address=f"/e/{event.slug}/topic-choices?{urlencode({'lang': locale})}",
        groups=[(*field, _leaves(offered, field[0], locale) if typed.get("as") == EVERY else None) for field in fields],
        but=but,
    )


def _leaves(topics: Scheme, field: str, locale: str) -> list[Choice]:
    return [(leaf, topics.label(leaf, locale)) for leaf in topics.leaves_of(field)]


async def choices(request: Request) -> Response:
    """Return `{field: [[topic, label], …]}` of the event, in the language in the URL."""
    topics, asked = scheme_of(access.event(request)), request.query_params.get("lang", "")
    locale = asked if asked in LOCALES else request.state.locale
    found: dict[str, Iterable[Choice]] = {field: _leaves(topics, field, locale) for field in topics.fields}
    body = json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode()
    answer = Response(body, media_type="application/json", headers={"Vary": "Accept-Language, Cookie"})
    return confirmed(request, answer)
