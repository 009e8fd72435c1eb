"""Refusals and faults as JSON: problem details (RFC 9457) for callers that ask for JSON instead of a page.

All other callers get HTML: browsers, and programs that accept anything.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import NamedTuple

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from i18n import Message, Translator, _, pgettext_
from server.edits import CHANGED_MEANWHILE, EditConflict
from server.errors import BodyTooLarge, NotFound, Refused, SignInNeeded, TooManyTries
from server.forms import Invalid

MEDIA_TYPE = "application/problem+json"
JSON_TYPES = frozenset({MEDIA_TYPE, "application/json"})
PAGE_TYPES = frozenset({"text/html", "application/xhtml+xml"})
# Start of the URI of a problem type, followed by its code. The URI is a name; no page exists there.
TYPE = "urn:duijie:problem:"

TITLES: Mapping[int, Message] = {
    HTTPStatus.UNAUTHORIZED: pgettext_("heading", "Sign in"),
    HTTPStatus.FORBIDDEN: _("This action is not allowed"),
    HTTPStatus.NOT_FOUND: _("Page not found"),
    HTTPStatus.CONFLICT: _("Something has changed meanwhile"),
    HTTPStatus.GONE: _("No longer available"),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: _("Too large to send"),
    HTTPStatus.UNPROCESSABLE_ENTITY: _("Part of the form could not be read"),
    HTTPStatus.TOO_MANY_REQUESTS: _("Too many attempts"),
    HTTPStatus.INTERNAL_SERVER_ERROR: _("Something went wrong"),
}
SENTENCES: Mapping[int, Message] = {
    HTTPStatus.NOT_FOUND: _("This page does not exist, or your account cannot open it."),
    HTTPStatus.METHOD_NOT_ALLOWED: _("This address cannot do that. Open the page and try again."),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: BodyTooLarge().message,
}
CODES: Mapping[int, str] = {
    HTTPStatus.NOT_FOUND: NotFound.code,
    HTTPStatus.METHOD_NOT_ALLOWED: "method-not-allowed",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: BodyTooLarge.code,
}
OTHER_SENTENCE = _("The request could not be read. Open the page and try again.")
SIGN_IN_NEEDED = _("You are not signed in. Sign in and try again.")
FAULTY = _("At least one field is empty or has the wrong format. Nothing has been saved.")


class ProblemField(NamedTuple):
    """The fault of one field; "" is the whole form."""

    field: str
    code: str
    detail: Message


@dataclass(frozen=True)
class Problem:
    """A refusal for programs. code: stable, in kebab-case. detail: for people.

    title: None for that of the status.
    """

    status: int
    code: str
    detail: Message
    errors: tuple[ProblemField, ...] = ()
    title: Message | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


BROKEN = Problem(
    HTTPStatus.INTERNAL_SERVER_ERROR,
    "broken",
    _("The problem is on our side and has been logged. Everything that you saved before is safe."),
)


def not_now(*, is_ending: bool, is_reading: bool, seconds: int) -> Problem:
    """Return the problem of an unavailable database or a stopping server. seconds: when to try again."""
    if is_ending:
        detail = _("The server restarted while it was working on this request.")
    else:
        detail = _("The database is busy or cannot be reached. The problem usually ends within a minute.")
    if is_reading:
        title = _("This page cannot be shown now")
    else:
        title = _("Check whether your data was saved") if is_ending else _("Your data is not saved yet")
    code = "server-ending" if is_ending else "database-unavailable"
    return Problem(HTTPStatus.SERVICE_UNAVAILABLE, code, detail, title=title, headers={"Retry-After": str(seconds)})


def wants_problem(request: Request) -> bool:
    """Return whether the caller names JSON in Accept, and prefers it to HTML if both are named."""
    weights = _weights(request.headers.getlist("accept"))
    wanted = max((weights.get(kind, 0.0) for kind in JSON_TYPES), default=0.0)
    return wanted > max((weights.get(kind, 0.0) for kind in PAGE_TYPES), default=0.0)


def _weights(values: list[str]) -> dict[str, float]:
    """Return the weight of each media type (RFC 9110, section 12.4.2); an invalid weight counts as 1."""
    weights: dict[str, float] = {}
    for each in ",".join(values).split(","):
        kind, *parameters = (part.strip().lower() for part in each.split(";"))
        weight = next((given[2:] for given in parameters if given.startswith("q=")), "1")
        try:
            weights[kind] = float(weight)
        except ValueError:
            weights[kind] = 1.0
    return weights


def to_programs(request: Request, error: Exception) -> None:
    """Raise the error again for callers that want JSON, because the view's page for it is for people."""
    if wants_problem(request):
        raise error


def problem_of(error: Exception) -> Problem | None:
    """Return the problem of a refusal, or None for bugs and an unavailable database."""
    match error:
        case SignInNeeded():
            headers = {"WWW-Authenticate": 'Session realm="/sign-in"'}
            return Problem(HTTPStatus.UNAUTHORIZED, "sign-in-needed", SIGN_IN_NEEDED, headers=headers)
        case Invalid():
            return _of_form(error)
        case EditConflict():
            errors = [
                ProblemField(name.replace(".", "_"), "changed-meanwhile", CHANGED_MEANWHILE) for name in error.saved
            ]
            return Problem(error.status, error.code, error.message, tuple(errors))
        case Refused():
            wait = {"Retry-After": str(error.seconds)} if isinstance(error, TooManyTries) else {}
            errors = [ProblemField(error.field, error.code, error.message)] if error.field else []
            return Problem(error.status, error.code, error.message, tuple(errors), headers=wait)
        case HTTPException():
            status = error.status_code
            code, detail = CODES.get(status, "unreadable"), SENTENCES.get(status, OTHER_SENTENCE)
            return Problem(status, code, detail, headers=error.headers or {})
    return None


def _of_form(invalid: Invalid) -> Problem:
    faults, codes = invalid.form.faults, invalid.form.codes
    errors = tuple(ProblemField(name, codes.get(name, invalid.code), detail) for name, detail in faults.items())
    return Problem(invalid.status, invalid.code, faults.get("", FAULTY), errors)


def problem(request: Request, found: Problem, *, headers: Mapping[str, str] | None = None) -> Response:
    """Return the answer in the caller's language. headers: in addition to those of the problem."""
    translator = Translator(getattr(request.state, "locale", "en"))
    translate = translator.translate
    body = {
        "type": TYPE + found.code,
        "title": translate(found.title or TITLES.get(found.status, TITLES[HTTPStatus.UNPROCESSABLE_ENTITY])),
        "status": int(found.status),
        "detail": translate(found.detail),
        "instance": request.url.path,
        "code": found.code,
        "errors": [{"field": each.field, "code": each.code, "detail": translate(each.detail)} for each in found.errors],
    }
    text = json.dumps(body, ensure_ascii=False).encode()
    answer = Response(text, found.status, {**found.headers, **(headers or {})}, MEDIA_TYPE)
    answer.headers["Content-Language"] = translator.tag
    answer.headers["Vary"] = "Accept, Accept-Language, Cookie"
    return answer
