"""A form that was sent without a session is kept until its sender has signed in, and is then shown again.

The way back is a URL with a random token, which is kept through the sign-in page and the e-mail, so that it works on
another device, too. If the browser still shows whose session had ended, only that person can see the form.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request

from server import forms
from server.accounts import sessions
from server.accounts.limits import count_try
from server.accounts.sessions import hashed, new_token
from server.db import atomic
from server.errors import TooManyTries
from server.middleware import client_key
from server.models import HeldForm, Person
from server.origins import came_from
from server.pages import local_path, path_of

PARAMETER = "held"
AT = "at"
NUL = "\0"
KEPT = timedelta(days=2)
MAX_CHARACTERS = 200_000
MAX_PATH = 400  # the path and the token together have to fit into a sign-in link
MAX_PER_CALLER = 200
# Fields whose names begin so are kept nowhere: the person types them again.
PRIVATE = "passport_"


def storable(values: Mapping[str, forms.Typed]) -> dict[str, forms.Typed]:
    """Return typed values without NUL: PostgreSQL stores none in JSON, and nobody types one."""
    return {name.replace(NUL, ""): _without_nul(value) for name, value in values.items()}


def _without_nul(value: str | list[str]) -> str | list[str]:
    return value.replace(NUL, "") if isinstance(value, str) else [each.replace(NUL, "") for each in value]


@atomic
async def keep_form(values: Mapping[str, forms.Typed], going: str, person: Person | None, *, caller: str) -> str:
    """Keep the typed values for the page at `going`; return the URL that shows them again. Raises TooManyTries."""
    await count_try(f"held:{caller}", MAX_PER_CALLER)
    now, token = datetime.now(UTC), new_token()
    path, _mark, query = going.partition("?")
    await HeldForm.filter(expires_at__lt=now).delete()
    await HeldForm.create(
        token_hash=hashed(token),
        person_id=person.id if person else None,
        path=path,
        values=storable(values),
        expires_at=now + KEPT,
    )
    return f"{path}?{query}{'&' if query else ''}{urlencode({PARAMETER: token})}"


async def after_signing_in(request: Request) -> str:
    """Return where to go after signing in; a form that was sent is kept for that page."""
    if request.method in ("GET", "HEAD"):
        return local_path(path_of(request))
    sent = await forms.typed_in(request)
    typed = {name: value for name, value in sent.items() if not name.startswith(PRIVATE)}
    came = came_from(request.headers, request.app.state.settings.base_url)
    going = local_path(str(typed.get(AT) or came or request.url.path))
    if len(going) > MAX_PATH:
        return "/"
    if not typed or sum(len(str(each)) for each in typed.values()) > MAX_CHARACTERS:
        return going
    try:
        return await keep_form(typed, going, await sessions.person_before(request), caller=client_key(request))
    except TooManyTries:
        return going


async def held_for(request: Request, person: Person | None) -> Mapping[str, Any] | None:
    """Return what this person typed for this page before signing in again, or None."""
    token = request.query_params.get(PARAMETER)
    if not token or person is None or request.method != "GET":
        return None
    now = datetime.now(UTC)
    row = await HeldForm.get_or_none(token_hash=hashed(token), expires_at__gt=now)
    if row is None or row.person_id not in (None, person.id):
        return None
    # A URL that only accepts forms leads to the page above it.
    here = request.url.path
    return row.values if row.path == here or row.path.startswith(f"{here}/") else None
