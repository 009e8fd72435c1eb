"""The programme for everybody: a page that other sites embed, and schedule files."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from server import access
from server.events import showing
from server.middleware import SECURITY_HEADERS
from server.pages import page
from server.programme.schedule import Programme, as_json, as_xml

POLICY = "Content-Security-Policy"
# Any site may show this page in a frame: it has no form and nothing of the viewer's.
EMBEDDED = SECURITY_HEADERS[POLICY].replace("frame-ancestors 'none'", "frame-ancestors *")
# Scripts of other sites may read the schedule files; browsers then send no cookies.
PUBLIC = {"Access-Control-Allow-Origin": "*"}


async def programme_of(request: Request) -> Programme:
    """Return the programme in the language of the request. No query if it is remembered, else four."""
    event = access.event(request)
    url = f"{request.app.state.settings.base_url}/e/{event.slug}"
    return Programme(event, await showing.public_facts(event), request.state.locale, url)


async def embedded(request: Request) -> Response:
    """Show the programme alone, to be put into a frame of another site."""
    facts = await showing.public_facts(access.event(request))
    answer = page(request, "events/embedded.html", programme=facts.programme)
    answer.headers[POLICY] = EMBEDDED
    return answer


async def schedule_json(request: Request) -> Response:
    return JSONResponse(as_json(await programme_of(request)), headers=PUBLIC)


async def schedule_xml(request: Request) -> Response:
    return Response(as_xml(await programme_of(request)), media_type="application/xml", headers=PUBLIC)
