"""The organisers' lists and the page of one party."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from starlette.requests import Request
from starlette.responses import Response

from i18n import Message, Translator, _, pgettext_
from server import access, behalf, edits, forms
from server.contacts import service as contacts
from server.desk import inviting, listing, showing
from server.events.presence import usable_slots
from server.models import Registration, Side, Wish, WishKind
from server.names import country_of, party_name
from server.needs.labels import STATES
from server.pages import page, page_number, to
from server.passports import service as passports
from server.plans import concerns
from server.profiles import CONFIDENTIALITY, MODES
from server.registrations import leaving
from server.registrations.consents import OF_FILES, offered
from server.rows import load_rows
from server.search.query import Query, query_of
from server.speaking import languages_with_levels
from server.translations.showing import text_reader
from server.travel.labels import HELP_STATES
from server.visas import service as visas
from server.visible import for_organisers
from server.wishes.labels import WISHES

CHANGES: Mapping[Side, Sequence[tuple[str, Message]]] = {
    Side.EXPERT: (
        ("work", pgettext_("of a participant", "Profile")),
        ("cooperation", pgettext_("heading", "Cooperation")),
        ("presence", _("Availability and limits")),
    ),
    Side.ENTERPRISE: (
        ("profile", pgettext_("of a participant", "Profile")),
        ("presence", _("Availability and limits")),
    ),
}
STRONGEST_FIRST = (WishKind.MUST, WishKind.LIKE, WishKind.NO)


class InvitedFields(forms.Fields):
    """The form that invites everybody in a list again. Its field names the list."""

    state: Literal["not-agreed", "not-signed-in"]


async def search(request: Request) -> Response:
    """Search experts, enterprises and needs: the first results of each, with links to all results."""
    event, locale = access.event(request), request.state.locale
    asked = query_of(request.query_params.get("q", ""))
    if not asked.words:
        return page(
            request,
            "desk/search.html",
            texts=await text_reader(request),
            asked=asked,
            sides=[],
            needs=[],
            total=0,
            names={},
        )
    found = await listing.everything(event, asked)
    parties = [party for some, _total in found.sides.values() for party in some]
    parties += [need.registration for need, _how in found.needs.lines]
    return page(
        request,
        "desk/search.html",
        texts=await text_reader(request),
        asked=asked,
        sides=[
            (side, [(party, found.how[party.id]) for party in some], total)
            for side, (some, total) in found.sides.items()
        ],
        needs=found.needs.lines,
        total=found.needs.total,
        names={party.id: party_name(party, locale) for party in parties},
    )


async def experts(request: Request) -> Response:
    return await _parties(request, Side.EXPERT)


async def enterprises(request: Request) -> Response:
    return await _parties(request, Side.ENTERPRISE)


async def _parties(request: Request, side: Side) -> Response:
    asked, number = _asked(request)
    state = request.query_params.get("state", "")
    found = await listing.parties(access.event(request), side, asked=asked, state=state, number=number)
    locale = request.state.locale
    return page(
        request,
        "desk/parties.html",
        texts=await text_reader(request),
        side=side,
        found=found,
        asked=asked,
        state=state,
        names={each.party.id: party_name(each.party, locale) for each in found.lines},
    )


async def needs(request: Request) -> Response:
    asked, number = _asked(request)
    state = request.query_params.get("state", "")
    found = await listing.needs(access.event(request), asked=asked, number=number, state=state)
    tr = Translator(request.state.locale).translate
    return page(
        request,
        "desk/needs.html",
        texts=await text_reader(request),
        found=found,
        asked=asked,
        state=state,
        names={need.id: party_name(need.registration, request.state.locale) for need, _how in found.lines},
        confidentiality={value: tr(label) for value, label in CONFIDENTIALITY.items()},
        states={state: tr(label) for state, label in STATES.items()},
    )


async def wishes(request: Request) -> Response:
    """Show the wishes of participants, or the pairs wished by one side and refused by none."""
    _query, number = _asked(request)
    if request.query_params.get("state") == "pairs":
        return await _wished_pairs(request, number)
    found, locale = await showing.wishes_page(access.event(request), number), request.state.locale
    return page(
        request,
        "desk/wishes.html",
        total=found.total,
        number=number,
        is_last=number * listing.PAGE >= found.total,
        wishes=[
            (wish, party_name(wish.by, locale), party_name(wish.about, locale), _pair_of(wish)) for wish in found.wishes
        ],
    )


async def _wished_pairs(request: Request, number: int) -> Response:
    rows, locale = await load_rows(access.event(request)), request.state.locale
    pairs = sorted(concerns.wished(rows))
    kinds = rows.wish_kinds
    names = {party.id: party_name(party, locale) for party in rows.parties}
    return page(
        request,
        "desk/pairs.html",
        total=len(pairs),
        number=number,
        is_last=number * listing.PAGE >= len(pairs),
        pairs=[
            (both, *(names[id] for id in both), WISHES[kinds.get(both)], WISHES[kinds.get(both[::-1])])
            for both in pairs[(number - 1) * listing.PAGE : number * listing.PAGE]
        ],
    )


def _pair_of(wish: Wish) -> tuple[int, int]:
    """Return the ids of the expert and the enterprise of a wish."""
    return (wish.by_id, wish.about_id) if wish.by.side == Side.EXPERT else (wish.about_id, wish.by_id)


async def invite(request: Request) -> Response:
    """Send one party's people their invitation again."""
    found = await access.of_event(request, Registration, "registration")
    sent = await inviting.invite(access.event(request), [found.id], by=access.person(request))
    return to(f"/e/{access.event(request).slug}/parties/{found.id}", notice="invited" if sent else "not_invited")


async def invite_all(request: Request) -> Response:
    """Send invitations again to everybody in a list: without consent, or never signed in."""
    event = access.event(request)
    given = await forms.parse(request, InvitedFields)
    ids = await listing.ids_in_state(event, given.state)
    sent = await inviting.invite(event, ids, by=access.person(request))
    return to(f"/e/{event.slug}/participants?state={given.state}", notice="invited" if sent else "not_invited")


def _asked(request: Request) -> tuple[Query, int]:
    """Return (search query, page number) of the URL."""
    return query_of(request.query_params.get("q", "")), page_number(request.query_params)


async def _journey_and_contacts(request: Request, party: Registration, travel: Any) -> dict[str, Any]:
    event, is_expert = access.event(request), party.side == Side.EXPERT
    return {
        "has_passport": await passports.readable(event, party) is not None,
        "visa": await visas.answer_for(event, country_of(party), travel) if is_expert else None,
        "help_drawn": edits.drawn_from({"help": travel.help}),
        "contacts": (await contacts.shown_to_organisers(event.id, [party]))[party.id],
    }


async def party(request: Request) -> Response:
    """Show everything about a party. For organisers only."""
    stored = await access.of_event(request, Registration, "registration", "person", "organisation", "table")
    found = for_organisers(stored)
    tr, locale = Translator(request.state.locale).translate, request.state.locale
    details = await showing.details_of(found)
    return page(
        request,
        "desk/party.html",
        texts=await text_reader(request),
        party=found,
        steps=[(step, tr(label)) for step, label in CHANGES[Side(found.side)]],
        acts=await behalf.acts_for(locale, party=found),
        may_restore=await leaving.is_taken_out(found),
        may_invite=found.agreed_at is None and found.withdrawn_at is None,
        name=party_name(found, locale),
        delegates=details.delegates,
        needs=details.needs,
        wishes=sorted(
            (
                (wish.kind, party_name(wish.about, locale), wish.about_id, wish.about.takes_part)
                for wish in details.wishes
            ),
            key=lambda wish: STRONGEST_FIRST.index(wish[0]),
        ),
        veto=WishKind.NO,
        must=WishKind.MUST,
        consents=details.consents,
        files=details.files,
        travel=details.travel,
        **await _journey_and_contacts(request, found, details.travel),
        help_states=[(str(value), tr(label)) for value, label in HELP_STATES.items()],
        purposes={
            purpose.code: tr(purpose.text) for purpose in (*offered(*request.app.state.settings.hosts), *OF_FILES)
        },
        languages=languages_with_levels(found, locale),
        usable=len((await usable_slots(found.event_id)).intersection(found.available)),
        modes={value: tr(label) for value, label in MODES.items()},
    )
