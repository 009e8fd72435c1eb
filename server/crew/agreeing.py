"""Pages on which people who help to run an event give their consents, and withdraw them."""

from collections.abc import Iterator, Sequence

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from server import access, forms
from server.crew import consenting
from server.forms import Fault, Fields
from server.pages import local_path, page, to, translator_of
from server.registrations.consents import NOT_TICKED_FOR_WORK, OF_INTERPRETERS, WORKING, Purpose
from server.submitting import submitted


class WorkingFields(Fields):
    """Ticked purposes, all of which are needed. going: the page that was asked for."""

    purposes: list[str] = Field(default=[])
    going: str = ""

    def across(self) -> Iterator[Fault]:
        yield from super().across()
        for purpose in self.needed():
            if purpose.code not in self.purposes:
                yield Fault(NOT_TICKED_FOR_WORK, f"purposes-{purpose.code}", code="not-ticked")

    @staticmethod
    def needed() -> Sequence[Purpose]:
        """Return the purposes that have to be ticked."""
        return (WORKING,)


class InterpretingFields(WorkingFields):
    """The form of an interpreter."""

    @staticmethod
    def needed() -> Sequence[Purpose]:
        return OF_INTERPRETERS


async def show(request: Request) -> Response:
    """Ask for the consents that the viewer's work at the event needs."""
    agreed = sorted(access.own(request).agreed)
    return _page(request, forms.Form({"purposes": agreed, "going": request.query_params.get("next", "")}))


async def save(request: Request) -> Response:
    event, standing = access.event(request), access.own(request)
    schema = WorkingFields if standing.interpreter is None else InterpretingFields

    async def act(given: WorkingFields) -> Response:
        await consenting.agree(event, access.person(request), standing, locale=request.state.locale)
        going = local_path(given.going)
        return to(going if going.startswith(f"/e/{event.slug}/") else f"/e/{event.slug}/{standing.home}")

    return await submitted(request, schema, act, _page)


def _page(request: Request, form: forms.Form, status: int = 200) -> Response:
    asked = access.own(request).asked
    labels = {f"purposes-{purpose.code}": translator_of(request).translate(purpose.name) for purpose in asked}
    return page(request, "crew/working.html", status=status, form=form, asked=asked, labels=labels)


async def ask_to_withdraw(request: Request) -> Response:
    """Say what follows before a consent is withdrawn."""
    purpose = await _to_withdraw(request)
    return page(
        request,
        "crew/withdraw.html",
        purpose=purpose,
        interprets=access.own(request).interpreter is not None,
    )


async def withdraw(request: Request) -> Response:
    await consenting.withdraw(access.event(request), access.person(request), await _to_withdraw(request))
    return to("/account/consents", notice="consent_withdrawn")


async def _to_withdraw(request: Request) -> Purpose:
    return await consenting.to_withdraw(access.event(request), access.person(request), request.path_params["consent"])
