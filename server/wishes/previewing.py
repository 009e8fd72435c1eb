"""A participant looks at their own profile with the rights of the other side, before and after consent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from starlette.requests import Request
from starlette.responses import Response

from i18n import tag_of
from server import access
from server.files import showing as files
from server.models import NeedState, Registration, Side
from server.names import party_name
from server.needs import disclosure
from server.needs import showing as needs
from server.needs.disclosure import ShownNeed
from server.needs.ending import day_at, has_ended
from server.pages import page
from server.profiles import BUDGETS, MODES, RIGHTS, choices
from server.speaking import languages_with_levels
from server.translations.reading import TextReader, translations_of
from server.visible import as_seen
from server.wishes.matches import Match

AGREED = "agreed"


@dataclass(frozen=True)
class Preview:
    """What the other side sees of a party. name: "" while hidden. matches: a card for each need, or one."""

    name: str
    matches: Sequence[Match]


async def own(request: Request) -> Response:
    """Show what the other side sees now, or once both sides want to meet (?stage=agreed)."""
    party, locale = access.own_party(request), request.state.locale
    is_agreed = request.query_params.get("stage") == AGREED
    seen = await _seen(party, locale, day_at(access.event(request)), is_agreed=is_agreed)
    every = await files.all_of([party.id])
    event = access.event(request)
    return page(
        request,
        "wishes/preview.html",
        party=as_seen(party, is_agreed=is_agreed),
        is_agreed=is_agreed,
        seen=seen,
        # The languages of the reader are not known: the texts are shown as to somebody who reads this one alone.
        texts=TextReader(await translations_of(event.id), locale),
        files=files.ShownFiles([file for file in every.files if files.is_open(file, is_agreed=is_agreed)]),
        languages=languages_with_levels(party, locale),
        tags=[(code, tag_of(code)) for code in event.locales],
        modes=dict(choices(MODES, locale)),
        budgets=dict(choices(BUDGETS, locale)),
        rights=dict(choices(RIGHTS, locale)),
    )


async def _seen(party: Registration, locale: str, today: date, *, is_agreed: bool) -> Preview:
    """Return what the other side sees. today: at the venue. One query for an enterprise."""
    if party.side == Side.EXPERT:
        name = party_name(party, locale)
        seen = as_seen(party, is_agreed=is_agreed)
        return Preview(name, [_match(seen, name, None, is_agreed=is_agreed)])
    there = [need for need in await needs.needs_of(party) if need.state == NeedState.PUBLISHED]
    published = [need for need in there if not has_ended(need, today)]
    name = party_name(party, locale) if disclosure.is_named(published, is_agreed=is_agreed) else ""
    shown: list[ShownNeed | None] = [disclosure.to_expert(need, is_agreed=is_agreed) for need in published]
    return Preview(name, [_match(party, name, need, is_agreed=is_agreed) for need in shown or [None]])


def _match(party: Registration, name: str, need: ShownNeed | None, *, is_agreed: bool) -> Match:
    """Return the match that the other side's card shows. The viewer stands on both sides of it."""
    return Match(
        expert=party,
        enterprise=party,
        party=party,
        name=name,
        need=need,
        score=None,
        others=(),
        wish=None,
        is_without_object=False,
        is_past_deadline=False,
        is_wanted=False,
        is_agreed=is_agreed,
        rule=None,
        assessment=None,
    )
