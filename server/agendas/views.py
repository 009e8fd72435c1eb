"""Agenda pages, calendar files, and the feed that calendar programs subscribe to."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from i18n import Message, formats, negotiate
from server import access
from server.agendas import feeds, service
from server.agendas.briefing import Briefing, briefing_of
from server.agendas.changes import ShownChange, Version, change_of, is_of_version, version_of
from server.agendas.clocks import own_zone
from server.agendas.days import agenda_days, frame_of
from server.agendas.meetings import AgendaMeeting, MeetingRole, ShownMeeting, party_spellings, person_spellings, shown
from server.agendas.service import MAX_ALARM_MIN, Options
from server.agendas.wording import delegate_lines, languages_line, table_and_hall
from server.delegates.labels import ROLES
from server.errors import NotFound
from server.memory import Counts, counts_of
from server.models import Interpreter, Person, Registration, Side
from server.names import called, own_spelling
from server.pages import page, to, translator_of
from server.profiles import BUDGETS, MODES, RIGHTS, choices
from server.reception.showing import own_stay
from server.roles import Standing
from server.rows import load_rows
from server.scores import reasons
from server.scores.reasons import Case
from server.scores.scoring import StillScoring
from server.scores.sidequotes import ReasonReader
from server.settings import Settings
from server.speaking import languages_with_levels
from server.translations.reading import TextReader, translations_of
from server.translations.showing import text_reader
from server.visible import for_organisers

MEDIA_TYPE = "text/calendar; charset=utf-8"
FEED_CACHE = "private, max-age=900"


@dataclass(frozen=True)
class Owner:
    """Whose agenda a page shows. person: whose home time is shown, None for a party of several people.

    files: path prefix of calendar files. is_viewer: the viewer's own page.
    """

    name: str
    about: str
    parts: Collection[MeetingRole]
    person: Person | None
    files: str
    is_viewer: bool = False


# Pages ------------------------------------------------------------------------------------------------------------


async def own(request: Request) -> Response:
    """Show the viewer's own agenda with the calendar URL."""
    event, person, standing = access.event(request), access.person(request), access.own(request)
    settings: Settings = request.app.state.settings
    party = standing.party
    name, texts = own_spelling(person, request.state.locale), await text_reader(request)
    owner = Owner(
        name=name,
        about=_about(party, texts),
        parts=_parts(standing),
        person=person,
        files=f"/e/{event.slug}/agenda",
        is_viewer=True,
    )
    feed = await feeds.feed_of(event, person)
    address = feeds.address_of(feed, settings) if feed else None
    counts = await counts_of(event.id)
    held = await service.meetings_of_person(event, person, counts)
    return await _agenda(request, owner, held, texts, address=address, counts=counts, party=party)


async def of_party(request: Request) -> Response:
    """Show a party's agenda to organisers, for printing."""
    party = await access.of_event(request, Registration, "registration", "person", "organisation")
    texts = await text_reader(request)
    owner = _party(party, texts, access.event(request).slug)
    return await _agenda(request, owner, await service.meetings_of_party(party), texts, party=party)


async def of_interpreter(request: Request) -> Response:
    """Show an interpreter's agenda to organisers, for printing."""
    found = await access.of_event(request, Interpreter, "interpreter", "person")
    owner = _interpreter(found, request.state.locale, access.event(request).slug)
    held = await service.meetings_of_interpreter(found)
    return await _agenda(request, owner, held, await text_reader(request))


async def meeting(request: Request) -> Response:
    """Show the briefing of one of the viewer's meetings."""
    event, translator = access.event(request), translator_of(request)
    wanted = access.path_id(request, "entry")
    held = await service.meetings_of_person(event, access.person(request))
    found = next((each for each in held if each.entry.id == wanted), None)
    if found is None or found.is_released:
        raise NotFound
    texts, code = await text_reader(request), translator.code
    briefing = await briefing_of(found, translator, texts)
    pair = found.entry.expert_id, found.entry.enterprise_id
    doubts = [] if found.entry.is_cancelled else (await service.uncertain_of(event)).get(pair, [])
    return page(
        request,
        "agendas/meeting.html",
        texts=texts,
        briefing=briefing,
        doubts=doubts,
        gist=await _gist(request, briefing),
        delegates=[
            (called(each).for_reader(code)[0], each, ROLES[each.role] if each.role else None)
            for each in briefing.delegates
        ],
        seated=delegate_lines,
        names={party.id: party_spellings(party, code).shown for party in briefing.parties},
        spoken_by={party.id: languages_with_levels(party, code) for party in briefing.parties},
        modes=dict(choices(MODES, code)),
        budgets=dict(choices(BUDGETS, code)),
        rights=dict(choices(RIGHTS, code)),
        column_names=[formats.language(tag, code) for tag in briefing.languages],
        where=table_and_hall,
        spoken=lambda each: languages_line(each, code),
    )


async def _gist(request: Request, briefing: Briefing) -> Sequence[Message]:
    """Return up to three sentences why the two should meet, for a party of the meeting."""
    standing, need = access.own(request), briefing.need
    if briefing.part is MeetingRole.INTERPRETER or standing.party is None or need is None or not briefing.parties:
        return ()
    rows = await load_rows(access.event(request))
    own, other = (rows.party_by_id.get(party.id) for party in (standing.party, briefing.parties[0]))
    if own is None or other is None or not other.is_shown or all(each.id != need.id for each in rows.needs):
        return ()
    expert, enterprise = (own, other) if own.side == Side.EXPERT else (other, own)
    try:
        known = await request.app.state.scorer.known_to(rows, own)
    except StillScoring:
        return ()
    reader = ReasonReader(request.state.locale, rows.scheme)
    carried = partial(known.carried, need.id, expert.id)
    return reasons.verdict(Case(known.explain(need.id, expert.id), need, expert, reader, carried), enterprise)


def _about(party: Registration | None, texts: TextReader) -> str:
    if party is None:
        return ""
    return texts.affiliation(party).text if party.side == Side.EXPERT else party_spellings(party, texts.locale).shown


def _parts(standing: Standing) -> set[MeetingRole]:
    held = {
        MeetingRole.EXPERT: standing.expert,
        MeetingRole.ENTERPRISE: standing.enterprise,
        MeetingRole.INTERPRETER: standing.interpreter,
    }
    return {part for part, row in held.items() if row is not None}


def _party(party: Registration, texts: TextReader, slug: str) -> Owner:
    is_expert = party.side == Side.EXPERT
    return Owner(
        name=party_spellings(party, texts.locale).shown,
        about=texts.affiliation(for_organisers(party)).text if is_expert else "",
        parts={MeetingRole.EXPERT if is_expert else MeetingRole.ENTERPRISE},
        person=party.person if is_expert else None,
        files=f"/e/{slug}/agenda/{party.id}",
    )


def _interpreter(interpreter: Interpreter, locale: str, slug: str) -> Owner:
    return Owner(
        name=person_spellings(interpreter, locale).shown,
        about="",
        parts={MeetingRole.INTERPRETER},
        person=interpreter.person,
        files=f"/e/{slug}/agenda/interpreter/{interpreter.id}",
    )


async def _agenda(
    request: Request,
    owner: Owner,
    held: Sequence[AgendaMeeting],
    texts: TextReader,
    *,
    address: str | None = None,
    counts: Counts | None = None,
    party: Registration | None = None,
) -> Response:
    event, translator = access.event(request), translator_of(request)
    counts = counts or await counts_of(event.id)
    frame, version = await frame_of(event, counts), await version_of(event, held, counts)
    # Cancelled meetings of the past are left out.
    held = [each for each in held if version and (not each.entry.is_cancelled or is_of_version(each, version))]
    meetings = {each.entry.id: shown(each, translator, texts) for each in held}
    days = agenda_days(frame, meetings.values(), owner.parts)
    first = days[0].lines[0].start_at if days else datetime.now(UTC)
    doubts = _doubts(held, await service.uncertain_of(event, counts)) if held else {}
    return page(
        request,
        "agendas/agenda.html",
        # The private calendar URL is a secret beside texts of others.
        headers={"Cache-Control": "private, no-store"} if address else None,
        doubts=doubts,
        texts=texts,
        owner=owner,
        days=days,
        version=version,
        has_meetings=bool(held),
        changes=_changes(held, meetings, version, translator.code, frame.zone),
        at=first,
        own_zone=_other_zone(owner.person, first, frame.zone),
        stay=await own_stay(party, request.state.locale),
        is_registration_open=datetime.now(UTC) < event.registration_closes_at,
        where=table_and_hall,
        seated=delegate_lines,
        spoken=lambda meeting: languages_line(meeting, translator.code),
        **_subscription(address, translator.text(event.name)[0]),
    )


def _changes(
    held: Sequence[AgendaMeeting],
    meetings: Mapping[int, ShownMeeting],
    version: Version | None,
    locale: str,
    zone: ZoneInfo,
) -> dict[int, ShownChange]:
    """Return what the published version changed, by entry."""
    if version is None:
        return {}
    told = {each.entry.id: change_of(each, meetings[each.entry.id], version, locale, zone) for each in held}
    return {id: change for id, change in told.items() if change}


def _doubts(
    held: Sequence[AgendaMeeting], uncertain: Mapping[tuple[int, int], list[Message]]
) -> dict[int, list[Message]]:
    """Return why meetings have become impossible, by entry."""
    pairs = {
        each.entry.id: (each.entry.expert_id, each.entry.enterprise_id) for each in held if not each.entry.is_cancelled
    }
    return {id: uncertain[pair] for id, pair in pairs.items() if pair in uncertain}


def _other_zone(person: Person | None, at: datetime, venue: ZoneInfo) -> ZoneInfo | None:
    """Return the person's time zone if its time differs from the venue's, else None."""
    zone = own_zone(person, at) if person else None
    if zone is None or at.astimezone(zone).utcoffset() == at.astimezone(venue).utcoffset():
        return None
    return zone


def _subscription(address: str | None, name: str) -> dict[str, Any]:
    if address is None:
        return {"address": None, "links": {}, "code": None}
    links = feeds.subscriptions(address, name)
    return {"address": address, "links": links, "code": _code(links["webcal"])}


@lru_cache(maxsize=1024)
def _code(link: str) -> Markup:
    """Return a QR code as inline SVG."""
    import segno

    return Markup(segno.make(link, error="m").svg_inline(omitsize=True, border=2))  # noqa: S704


# Files ------------------------------------------------------------------------------------------------------------


async def download(request: Request) -> Response:
    """Send the viewer's calendar as a file, in the language of the pages."""
    event, person = access.event(request), access.person(request)
    counts = await counts_of(event.id)
    held = await service.meetings_of_person(event, person, counts)
    return await _file(request, held, f"agenda-{event.slug}", counts=counts)


async def download_meeting(request: Request) -> Response:
    """Send one of the viewer's meetings as a file, which calendar programs add to the open calendar."""
    event, person = access.event(request), access.person(request)
    wanted = access.path_id(request, "entry")
    held = [each for each in await service.meetings_of_person(event, person) if each.entry.id == wanted]
    if not held:
        raise NotFound
    return await _file(request, held, f"meeting-{wanted}", name="")


async def download_of_party(request: Request) -> Response:
    party = await access.of_event(request, Registration, "registration", "person", "organisation")
    owner = _party(party, await text_reader(request), access.event(request).slug)
    return await _file(request, await service.meetings_of_party(party), f"agenda-{party.id}", owner=owner)


async def download_of_interpreter(request: Request) -> Response:
    found = await access.of_event(request, Interpreter, "interpreter", "person")
    owner = _interpreter(found, request.state.locale, access.event(request).slug)
    held = await service.meetings_of_interpreter(found)
    return await _file(request, held, f"agenda-interpreter-{found.id}", owner=owner)


async def _file(
    request: Request,
    held: Sequence[AgendaMeeting],
    file: str,
    *,
    name: str | None = None,
    owner: Owner | None = None,
    counts: Counts | None = None,
) -> Response:
    options = _options(request)
    body = service.calendar(
        access.event(request),
        held,
        request.app.state.settings,
        translations=await translations_of(access.event(request).id, counts),
        locale=options.locale or request.state.locale,
        options=options,
        name=owner.name if owner else name,
        path=owner.files if owner else None,
        uncertain=await service.uncertain_of(access.event(request), counts),
    )
    headers = {"Content-Disposition": f'attachment; filename="{file}.ics"'}
    return Response(body, media_type=MEDIA_TYPE, headers=headers)


def _options(request: Request) -> Options:
    """Return the options in `?lang=ru&cancelled=0&alarm=15`.

    Invalid values count as missing: nobody reads the answers to a feed's requests.
    """
    query = request.query_params
    alarm = query.get("alarm", "")
    is_span = alarm.isascii() and alarm.isdigit() and len(alarm) <= len(str(MAX_ALARM_MIN))
    return Options(
        locale=negotiate(query.get("lang"), request.app.state.offered),
        with_cancelled=query.get("cancelled") != "0",
        alarm_min=int(alarm) if is_span and 0 < int(alarm) <= MAX_ALARM_MIN else None,
    )


# Feed -------------------------------------------------------------------------------------------------------------


async def renew(request: Request) -> Response:
    """Create a new calendar URL for the viewer."""
    event, person = access.event(request), access.person(request)
    had_one = await feeds.feed_of(event, person) is not None
    await feeds.renew(event, person, request.app.state.settings)
    return to(f"/e/{event.slug}/agenda", notice="feed_renewed" if had_one else "feed_made")


async def feed(request: Request) -> Response:
    """Send a calendar to a program that subscribed. The URL is the only secret. 304 if nothing has changed."""
    settings: Settings = request.app.state.settings
    found = await feeds.feed_by_token(request.path_params["feed"])
    options = _options(request)
    source = feeds.address_of(found, settings) + options.query
    made = await service.feed(
        found.event_id,
        found.person_id,
        settings,
        spoken=found.locale,
        options=options,
        source=source,
        counts=found.counts,
    )
    headers = {"ETag": made.tag, "Cache-Control": FEED_CACHE, "Referrer-Policy": "no-referrer"}
    if _is_known(request.headers.getlist("if-none-match"), made.tag):
        return Response(status_code=304, headers=headers)
    headers["Content-Disposition"] = 'inline; filename="agenda.ics"'
    return Response(made.body, media_type=MEDIA_TYPE, headers=headers)


def _is_known(conditions: Sequence[str], tag: str) -> bool:
    """Return whether If-None-Match has the tag, by weak comparison (RFC 9110 section 13.1.2)."""
    named = {each.strip().removeprefix("W/") for condition in conditions for each in condition.split(",")}
    return tag in named or "*" in named
