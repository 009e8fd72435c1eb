"""The organisers' pages of invitations: the host's details, the invitation of an expert, and its files."""

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from i18n import LOCALES as INTERFACE
from i18n import Translator
from server import access, edits, forms
from server.fields import spread
from server.invitations import service, wording
from server.invitations.composing import languages_in, missing_in
from server.invitations.files import attachment
from server.invitations.forms import FileFields, HostFields, InvitationFields
from server.invitations.values import GUEST_TEXTS, HOST_TEXTS, LOCALES, PAIRS
from server.models import Invitation, InvitationHost, Registration, Side
from server.names import party_name
from server.pages import page, to
from server.passports import service as passports
from server.passports.vault import NoKey
from server.submitting import submitted

HOST_COLUMNS = (*HOST_TEXTS, "phone", "email")
COLUMNS = (*GUEST_TEXTS, "first_day", "last_day", "entries", "companions", "has_passport")


def _languages() -> list[Any]:
    return [INTERFACE[code] for code in LOCALES]


# The host ---------------------------------------------------------------------------------------------------------


async def host(request: Request) -> Response:
    """Show what the host says in each invitation."""
    found = await service.host_of(access.event(request))
    return await _host(request, _form_of(found, HOST_TEXTS, HOST_COLUMNS))


def _form_of(row: Invitation | InvitationHost, texts: Sequence[str], columns: Sequence[str]) -> forms.Form:
    stored = edits.columns_of(row, columns)
    values = {name: edits.as_typed(value) for name, value in stored.items() if name not in texts}
    for name in texts:
        values |= spread(name, getattr(row, name))
    if isinstance(row, Invitation):
        values["has_passport"] = "yes" if row.has_passport else ""
    return forms.Form(values, drawn=edits.drawn_from(stored))


async def _host(request: Request, form: forms.Form, status: int = 200) -> Response:
    texts = [(name, wording.LABELS[name]) for name in HOST_TEXTS]
    return page(request, "invitations/host.html", status=status, form=form, texts=texts, languages=_languages())


async def save_host(request: Request) -> Response:
    event = access.event(request)
    edit = edits.edit_of(await forms.typed_in(request))

    async def act(given: Any) -> Response:
        await service.save_host(event, given.values(), edit)
        return to(f"/e/{event.slug}/invitations", notice="saved")

    return await submitted(request, HostFields, act, _host)


# The invitation of an expert --------------------------------------------------------------------------------------


async def _expert(request: Request) -> Registration:
    return await access.of_event(request, Registration, "registration", "person", side=Side.EXPERT)


async def draft(request: Request) -> Response:
    """Show an expert's invitation, and what is missing in it."""
    return await _draft(request)


async def _draft(request: Request, form: forms.Form | None = None, status: int = 200) -> Response:
    """Draw the page. form: as it was sent, None for what is stored."""
    event, party, locale = access.event(request), await _expert(request), request.state.locale
    invitation = await service.invitation_of(event, party)
    contents = await service.contents_of(event, party, invitation)
    tr = Translator(locale).translate
    return page(
        request,
        "invitations/draft.html",
        status=status,
        form=form or _form_of(invitation, GUEST_TEXTS, COLUMNS),
        party=party,
        name=party_name(party, locale),
        texts=[(name, wording.LABELS[name]) for name in GUEST_TEXTS],
        languages=_languages(),
        entries=[(str(value), tr(label)) for value, label in wording.ENTRY_NUMBERS.items()],
        missing=[(each, languages_in(each.locales, locale)) for each in missing_in(contents, *PAIRS)],
        pairs=[
            (pair, languages_in(codes, locale))
            for pair, codes in PAIRS.items()
            if invitation.id and not missing_in(contents, pair)
        ],
        invitation=invitation,
        needs_reason=invitation.has_passport and await passports.readable(event, party) is not None,
    )


def _here(request: Request, party: Registration) -> str:
    return f"/e/{access.event(request).slug}/parties/{party.id}/invitation"


async def save(request: Request) -> Response:
    party = await _expert(request)
    edit = edits.edit_of(await forms.typed_in(request))

    async def act(given: Any) -> Response:
        await service.save(party, given.values(), edit)
        return to(_here(request, party), notice="saved")

    return await submitted(request, InvitationFields, act, _draft)


async def release(request: Request) -> Response:
    party = await _expert(request)
    await service.release(party, is_released=True)
    return to(_here(request, party), notice="saved")


async def hold(request: Request) -> Response:
    """Take a released invitation back."""
    party = await _expert(request)
    await service.release(party, is_released=False)
    return to(_here(request, party), notice="saved")


async def file(request: Request) -> Response:
    """Send the invitation as a file. Passport data is opened for a reason only, which is logged."""
    event, party, typed = access.event(request), await _expert(request), await forms.typed_in(request)

    async def act(given: FileFields) -> Response:
        invitation, data = await service.invitation_of(event, party), None
        if invitation.has_passport and await passports.readable(event, party) is not None:
            if not given.reason:
                raise forms.fault(typed, "reason", wording.REASON_MISSING, code="missing")
            try:
                data = await passports.read(
                    party, access.person(request), given.reason, request.app.state.settings.vault
                )
            except NoKey:
                raise forms.fault(typed, "reason", passports.NO_KEY, code="no-key") from None
        contents = await service.contents_of(event, party, invitation, data)
        return attachment(await service.made(contents, given.pair, given.kind), given.pair, given.kind)

    async def again(request: Request, form: forms.Form, *, status: int) -> Response:
        stored = await service.invitation_of(event, party)
        shown = _form_of(stored, GUEST_TEXTS, COLUMNS)
        return await _draft(
            request, forms.Form({**form.values, **shown.values}, form.faults, drawn=shown.drawn), status
        )

    return await submitted(request, FileFields, act, again, ask=forms.nothing_else)
