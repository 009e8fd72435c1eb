"""Pages about privacy."""

from starlette.requests import Request
from starlette.responses import Response

from server import access
from server.accounts import sessions
from server.accounts.showing import involvement_of
from server.pages import page, to
from server.privacy import erasing, exporting


async def download(request: Request) -> Response:
    """Return everything that is held about the viewer as a ZIP."""
    archives: exporting.Archives = request.app.state.archives
    content = await archives.of(access.person(request), request.state.locale)
    headers = {"Content-Disposition": 'attachment; filename="my-data.zip"', "Cache-Control": "private, no-store"}
    return Response(content, media_type="application/zip", headers=headers)


async def ask_to_delete(request: Request) -> Response:
    """Say what follows before the account is deleted."""
    person = access.person(request)
    found = await involvement_of(person)
    return page(
        request,
        "privacy/delete.html",
        alone=await erasing.alone_in(person),
        firms=await erasing.firms_without_others(person),
        registrations=found.registrations,
        delegations=found.delegations,
    )


async def delete(request: Request) -> Response:
    settings = request.app.state.settings
    await erasing.delete_account(access.person(request), settings)
    answer = to("/", notice="account_deleted")
    answer.delete_cookie(sessions.cookie_name(settings))
    return answer
