"""`create_app(settings)` builds the application from its parts."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from http import HTTPStatus
from inspect import isawaitable
from typing import Any

from asyncpg import PostgresError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Mount
from tortoise.exceptions import BaseORMException

from i18n import Message, Translator, interface_locales
from server import db
from server.absences.asking import ask
from server.absences.service import ClearsMeetings
from server.agendas.entries import fix_identities
from server.assets import STATIC, StaticForEver
from server.compression import Compression
from server.errors import NotFound, Refused, SignInNeeded, TooManyTries
from server.files import limits
from server.finishing import Finishing, UnderWay
from server.forms import MAX_FIELDS, Invalid
from server.held import PARAMETER, after_signing_in
from server.middleware import SAFE_METHODS, SECURITY_HEADERS, BodyLimit, MailServer, SameOrigin, SecurityHeaders, Viewer
from server.origins import came_from, host_of
from server.pages import environment, for_reader, local_path, page
from server.plans.guarding import TakesMeetings
from server.privacy.exporting import Archives
from server.problems import BROKEN, OTHER_SENTENCE, SENTENCES, not_now, problem, problem_of, wants_problem
from server.providers.opening import opened as opened_providers
from server.registrations.closing import closed
from server.registrations.window import RegistrationClosed
from server.removed import lost_edit, typed_words
from server.rights import RightNeeded
from server.routes import ROUTES
from server.routing import Narrowed, meant, refuse_undeclared
from server.scores import embedding
from server.scores.filed import ScoreFiles
from server.scores.scoring import Scorer, StillScoring
from server.settings import LOOPBACK, Settings
from server.studio.refusing import ask_first
from server.worker import Worker

MAX_BODY = 1024 * 1024
RETRY_AFTER_S = 10
PATIENCE_S = 0.2  # seconds that a page waits for the scores of a large event
WITH_PAGE = frozenset({403, 404, 409, 410, 413, 422, 429})
log = logging.getLogger("server")


def create_app(settings: Settings) -> Starlette:
    """Return the application. Raises RuntimeError for a route without roles."""
    offered = tuple(interface_locales(pseudo=settings.pseudo_locales))
    static = Mount("/static", StaticForEver(directory=STATIC))
    refuse_undeclared([*ROUTES, static], frozenset({"/static"}))

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        await db.connect(settings)
        # Before `migrate` has run there is nothing to fix, and every page shows the error.
        with contextlib.suppress(BaseORMException):
            await fix_identities(settings)
        app.state.scorer = Scorer(embedding.opened(settings), ScoreFiles(settings), PATIENCE_S)
        worker = Worker(settings)
        try:
            if settings.workers_in_web:
                worker.start()
            yield
        finally:
            await worker.stop()
            await requests.answered()
            app.state.scorer.close()
            await db.disconnect()

    requests = UnderWay()
    hosts = [host_of(settings.base_url), *(LOOPBACK if settings.is_loopback else ())]
    app = Starlette(
        routes=[Narrowed(ROUTES), static],
        lifespan=lifespan,
        middleware=[
            Middleware(Finishing, under_way=requests, late=too_late),
            Middleware(Compression),
            Middleware(SecurityHeaders, settings=settings),
            Middleware(TrustedHostMiddleware, allowed_hosts=hosts, www_redirect=False),
            Middleware(MailServer, takes_any_letters=settings.smtp_unicode),
            Middleware(Viewer, offered=offered),
            Middleware(SameOrigin, settings=settings, refuse=turned_away),
            Middleware(BodyLimit, most=MAX_BODY, refuse=turned_away),
        ],
        exception_handlers={kind: as_asked(show) for kind, show in PAGES.items()},
    )
    app.state.settings = settings
    app.state.offered = offered
    # A registry that is slow holds few threads.
    app.state.registry_asks = asyncio.Semaphore(2)
    app.state.providers = opened_providers(settings.sign_in_providers)
    app.state.file_checks = asyncio.Semaphore(limits.MOST_AT_ONCE)
    app.state.archives = Archives(settings.files_dir, settings.vault)
    return app


Show = Callable[[Request, Any], Response | Awaitable[Response]]


def as_asked(show: Show) -> Callable[[Request, Exception], Awaitable[Response]]:
    """Return an error handler that answers with the page of `show`, or with problem details if the caller asks for
    JSON.
    """

    async def answer(request: Request, error: Exception) -> Response:
        if _is_missing(error) and (right := _forgiven(request)):
            return right
        found = problem_of(error) if wants_problem(request) else None
        if found is not None:
            return problem(request, found)
        shown = show(request, error)
        return await shown if isawaitable(shown) else shown

    return answer


def _is_missing(error: Exception) -> bool:
    return isinstance(error, NotFound) or (isinstance(error, HTTPException) and error.status_code == 404)


async def missing(request: Request, error: NotFound) -> Response:
    """Return the page for an object that does not exist or is not for this account, with text typed into its form."""
    if request.method not in SAFE_METHODS and request.state.viewer is not None:
        back = way_back(request, HTTPStatus.NOT_FOUND)
        if page_of_typed := await lost_edit(request, HTTPStatus.NOT_FOUND, error.message, back):
            return page_of_typed
    return refused(request, error)


async def right_needed(request: Request, error: RightNeeded) -> Response:
    """Return the page for an organiser without a right, with text typed into the form."""
    words = None if request.method in SAFE_METHODS else await typed_words(request)
    back = way_back(request, HTTPStatus.FORBIDDEN)
    return page(request, "errors/right.html", status=error.status, message=error.message, words=words or [], back=back)


def turned_away(request: Request, error: Refused) -> Response:
    """Answer a request refused before any view, by a page or problem details."""
    found = problem_of(error) if wants_problem(request) else None
    return problem(request, found) if found else refused(request, error)


def refused(request: Request, error: Refused) -> Response:
    """Return the page of a refusal in the reader's language."""
    answer = _error_page(request, error.status, error.message)
    if isinstance(error, TooManyTries):
        answer.headers["Retry-After"] = str(error.seconds)
    return answer


async def sign_in_needed(request: Request, error: Exception) -> Response:
    """Redirect to the sign-in page, and back afterwards. A form that was sent is kept and shown again."""
    try:
        going = await after_signing_in(request)
    finally:
        # Close uploaded files: the guard, which closes them for views, has not been reached.
        await request.close()
    told = {"notice": "kept"} if f"{PARAMETER}=" in going else {}
    address = request.url.replace(scheme="", netloc="", path="/sign-in", query="")
    target = address.include_query_params(next=going, **told)
    return RedirectResponse(str(target), status_code=303)


def misread(request: Request, error: Invalid) -> Response:
    """Return a page for invalid values that nobody typed, such as values of buttons: there is no form to show again."""
    return _error_page(request, 422, next(iter(error.form.faults.values())))


def unserved(request: Request, error: HTTPException) -> Response:
    """Return a page for Starlette's own errors: unknown paths, wrong methods, bodies that are too large or invalid."""
    answer = _error_page(request, error.status_code, SENTENCES.get(error.status_code, OTHER_SENTENCE))
    answer.headers.update(error.headers or {})
    return answer


def _forgiven(request: Request) -> Response | None:
    """Redirect to the page whose URL differs only slightly, or return None."""
    path = meant(request.url.path, request.method, ROUTES)
    if path is None:
        return None
    query = f"?{request.url.query}" if request.url.query else ""
    status = HTTPStatus.MOVED_PERMANENTLY if request.method in SAFE_METHODS else HTTPStatus.PERMANENT_REDIRECT
    return RedirectResponse(path + query, status_code=status)


def broken(request: Request, error: Exception) -> Response:
    """Return the page for a bug. The log has the error; the page shows no details."""
    if db.is_unavailable(error):
        return _unavailable(request, error)
    log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    if wants_problem(request):
        return problem(request, BROKEN, headers=SECURITY_HEADERS)
    translator = Translator(getattr(request.state, "locale", "en"))
    html = environment().get_template("errors/500.html").render(for_reader(translator))
    return HTMLResponse(html, status_code=500, headers=SECURITY_HEADERS)


async def unavailable(request: Request, error: Exception) -> Response:
    """Return the page for an unavailable database, with the typed values in hidden fields."""
    if not db.is_unavailable(error):
        raise error
    fields: list[tuple[str, str]] = []
    if request.method not in SAFE_METHODS:
        with contextlib.suppress(HTTPException):
            typed = await request.form(max_fields=MAX_FIELDS)
            fields = [(name, value) for name, value in typed.multi_items() if isinstance(value, str)]
    return _unavailable(request, error, fields)


def _unavailable(request: Request, error: Exception, fields: Sequence[tuple[str, str]] = ()) -> Response:
    log.warning("%s %s could not be done now", request.method, request.url.path, exc_info=error)
    values = {"is_ending": False, "is_reading": request.method in SAFE_METHODS, "fields": fields}
    return _unavailable_page(request, values | {"address": local_path(_asked_for(request))})


def _unavailable_page(request: Request, values: Mapping[str, Any]) -> Response:
    if wants_problem(request):
        is_ending, is_reading = bool(values["is_ending"]), bool(values["is_reading"])
        found = not_now(is_ending=is_ending, is_reading=is_reading, seconds=RETRY_AFTER_S)
        return problem(request, found, headers={**SECURITY_HEADERS, "Cache-Control": "no-store"})
    html = environment().get_template("errors/503.html")
    reader = for_reader(Translator(getattr(request.state, "locale", "en")))
    headers = {**SECURITY_HEADERS, "Retry-After": str(RETRY_AFTER_S), "Cache-Control": "no-store"}
    return HTMLResponse(html.render({**reader, **values}), status_code=503, headers=headers)


def too_late(request: Request) -> Response:
    """Return the page for a request that the stopping server could not finish: the act may still be done."""
    values = {"is_ending": True, "is_reading": request.method in SAFE_METHODS, "fields": [], "address": "/"}
    return _unavailable_page(request, values)


def _asked_for(request: Request) -> str:
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def _error_page(request: Request, status: int, message: Message) -> Response:
    template = status if status in WITH_PAGE else 422
    answer = page(request, f"errors/{template}.html", status=status, message=message, back=way_back(request, status))
    answer.headers["Vary"] = f"Accept, {answer.headers['Vary']}"
    return answer


def way_back(request: Request, status: int) -> str:
    """Return where an error page leads: the page before, else the form's page, the event's page, the front page."""
    here, is_reading = request.url.path, request.method in SAFE_METHODS
    came = local_path(came_from(request.headers, request.app.state.settings.base_url))
    if came != "/" and not (is_reading and came.partition("?")[0] == here):
        return came
    if not is_reading and status not in (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED):
        return local_path(here)
    event = request.state.event
    return f"/e/{event.slug}" if event and here != f"/e/{event.slug}" else "/"


def still_scoring(request: Request, _error: Exception) -> Response:
    """Return a page that says that scores are being calculated, and loads again by itself."""
    return page(request, "wishes/scoring.html")


PAGES: Mapping[type[Exception], Show] = {
    StillScoring: still_scoring,
    Refused: refused,
    NotFound: missing,
    RightNeeded: right_needed,
    TakesMeetings: ask_first,
    ClearsMeetings: ask,
    RegistrationClosed: closed,
    SignInNeeded: sign_in_needed,
    Invalid: misread,
    HTTPException: unserved,
    BaseORMException: unavailable,
    ConnectionError: unavailable,
    PostgresError: unavailable,
    Exception: broken,
}
