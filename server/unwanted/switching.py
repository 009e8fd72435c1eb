"""Switch e-mails off and on: by the link in an e-mail, by a mail program (RFC 8058), on the account page."""

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from server import access, forms
from server.forms import Fields
from server.pages import page, to
from server.unwanted import service
from server.unwanted.labels import KINDS


class WantedFields(Fields):
    """The e-mails that the person ticked. Others are ignored."""

    wanted: list[str] = Field(default=[], max_length=20)


async def choose(request: Request) -> Response:
    given = await forms.parse(request, WantedFields)
    await service.choose(access.person(request), given.wanted)
    return to("/account#emails", notice="saved")


async def ask(request: Request) -> Response:
    """Show a button: mail servers open the links of e-mails to check them."""
    return await _shown(request, is_done=False)


async def switch_off(request: Request) -> Response:
    """Switch off, and answer without a redirect, as mail programs need it (RFC 8058, section 3.1)."""
    person, kind = await service.meant_by(request.path_params["unwanted"], request.app.state.settings)
    await service.switch_off(person, kind)
    return await _shown(request, is_done=True)


async def _shown(request: Request, *, is_done: bool) -> Response:
    _person, kind = await service.meant_by(request.path_params["unwanted"], request.app.state.settings)
    return page(request, "unwanted/off.html", kind=KINDS[kind], is_done=is_done)
