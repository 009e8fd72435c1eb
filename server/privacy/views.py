"""Pages about privacy."""

from starlette.requests import Request
from starlette.responses import Response

from server import access
from server.privacy import exporting


async def download(request: Request) -> Response:
    """Return everything that is held about the viewer as a ZIP."""
    archives: exporting.Archives = request.app.state.archives
    content = await archives.of(access.person(request), request.state.locale)
    headers = {"Content-Disposition": 'attachment; filename="my-data.zip"', "Cache-Control": "private, no-store"}
    return Response(content, media_type="application/zip", headers=headers)
