"""What the page of the activity log shows, and what its file contains."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from i18n import Message, Translator, pgettext_
from server.audit.wording import ACTS, GROUPS, OTHER, ROLES, acts_of
from server.models import AuditEntry, AuditSeal, Delegation, Event, Interpreter, Need, Person, Plan, Registration
from server.names import left, own_spelling, party_name, shown_name
from server.pages import zone_of

PAGE = 50
MOST_FOUND = 200  # rows of one kind whose names match what is searched for
MOST_IN_FILE = 50_000
# Names in paths for rows of the same table.
PARTIES = ("registration", "enterprise", "expert", "stays", "goes", "kept", "joined")
PAGES: Mapping[str, str] = {**dict.fromkeys(PARTIES, "parties"), "plan": "plans", "delegation": "delegations"}


@dataclass(frozen=True)
class Filter:
    """What is asked for. group: a key of GROUPS, or "" for all. words: of a name, or "". since, until: days at the
    venue, both included, or None.
    """

    group: str = ""
    words: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class LogLine:
    """An entry with names in the reader's language. who: "" for the server itself.

    about: the name of the object, or "". href: its page below the event, or "". behalf: the party on whose behalf the
    act was done, or "". position, hash: None and "" until the entry is sealed.
    """

    at: datetime
    who: str
    role: Message | None
    said: Message
    about: str
    href: str
    behalf: str
    position: int | None
    hash: str


@dataclass(frozen=True)
class LogPage:
    """A page of the log, latest first. total: number of entries of the filter. number: of the page, from 1. last: the
    latest seal of the event, or None.
    """

    lines: Sequence[LogLine]
    total: int
    number: int
    last: AuditSeal | None

    @property
    def is_last(self) -> bool:
        return self.number * PAGE >= self.total


async def log_page(event: Event, asked: Filter, locale: str, number: int) -> LogPage:
    """Return a page of the log. At most sixteen queries."""
    rows = await _of(event, asked)
    found = await rows.order_by("-id").offset((number - 1) * PAGE).limit(PAGE).select_related("seal")
    last = await AuditSeal.filter(event_id=event.id).order_by("-position").first()
    return LogPage(await _lines(event, found, locale), await rows.count(), number, last)


async def whole(event: Event, asked: Filter, locale: str) -> Sequence[LogLine]:
    """Return the entries of a filter in their order, at most the latest MOST_IN_FILE, for a file."""
    found = await (await _of(event, asked)).order_by("-id").limit(MOST_IN_FILE).select_related("seal")
    return await _lines(event, found[::-1], locale)


async def _of(event: Event, asked: Filter) -> QuerySet[AuditEntry]:
    rows = AuditEntry.filter(event_id=event.id)
    if asked.group in GROUPS:
        rows = rows.filter(act__in=acts_of(asked.group))
    zone = zone_of(event)
    if asked.since is not None:
        rows = rows.filter(created_at__gte=datetime.combine(asked.since, time.min, zone))
    if asked.until is not None:
        rows = rows.filter(created_at__lt=datetime.combine(asked.until + timedelta(days=1), time.min, zone))
    return rows.filter(await _named(event, asked.words)) if asked.words else rows


async def _named(event: Event, words: str) -> Q:
    """Return the condition for entries of or about those whose names contain the words. Four queries."""
    of_person = Q(full_name__icontains=words) | Q(latin_name__icontains=words) | Q(zh_name__icontains=words)
    people = await Person.filter(of_person | Q(email__icontains=words)).limit(MOST_FOUND).values_list("id", flat=True)
    of_firm = Q(organisation__name__icontains=words) | Q(organisation__latin_name__icontains=words)
    found = Registration.filter(of_firm | Q(person_id__in=people), event_id=event.id)
    parties = await found.limit(MOST_FOUND).values_list("id", flat=True)
    needs = Need.filter(Q(title__icontains=words) | Q(registration_id__in=parties), registration__event_id=event.id)
    need_ids = await needs.limit(MOST_FOUND).values_list("id", flat=True)
    helpers = await Interpreter.every.filter(event_id=event.id, person_id__in=people).values_list("id", flat=True)
    return (
        Q(person_id__in=people)
        | Q(party_id__in=parties)
        | Q(about__in=PARTIES, about_id__in=parties)
        | Q(about="need", about_id__in=need_ids)
        | Q(about="interpreter", about_id__in=helpers)
    )


async def _lines(event: Event, rows: Sequence[AuditEntry], locale: str) -> Sequence[LogLine]:
    people = {each.id: each for each in await Person.filter(id__in={row.person_id for row in rows})}
    parties = await _parties({row.party_id for row in rows} | _about(rows, *PARTIES), locale)
    names: dict[str, Mapping[int, str]] = dict.fromkeys(PARTIES, parties)
    for kind, named in _NAMES.items():
        ids = _about(rows, kind)
        names[kind] = await named(event, ids, locale) if ids else {}

    def line(row: AuditEntry) -> LogLine:
        person = people.get(row.person_id) if row.person_id else None
        who = own_spelling(person, locale) if person else left(locale) if row.person_id else ""
        about = names.get(row.about, {}).get(row.about_id or 0, "")
        href = f"{PAGES[row.about]}/{row.about_id}" if about and row.about in PAGES else ""
        behalf = parties.get(row.party_id, left(locale)) if row.party_id else ""
        seal: AuditSeal | None = getattr(row, "seal", None)
        return LogLine(
            row.created_at,
            who,
            ROLES.get(row.role),
            ACTS.get(row.act, OTHER),
            about if about != behalf else "",
            href,
            behalf,
            seal.position if seal else None,
            seal.hash if seal else "",
        )

    return [line(row) for row in rows]


def _about(rows: Iterable[AuditEntry], *kinds: str) -> set[Any]:
    return {row.about_id for row in rows if row.about in kinds}


async def _parties(ids: set[Any], locale: str) -> Mapping[int, str]:
    found = await Registration.filter(id__in=ids).select_related("person", "organisation")
    return {each.id: party_name(each, locale) for each in found}


async def _needs(event: Event, ids: set[int], _locale: str) -> Mapping[int, str]:
    found = Need.filter(id__in=ids, registration__event_id=event.id)
    return {id: title for id, title in await found.values_list("id", "title")}  # noqa: C416


async def _plans(event: Event, ids: set[int], locale: str) -> Mapping[int, str]:
    found = await Plan.filter(id__in=ids, event_id=event.id).values_list("id", "version")
    tr = Translator(locale).translate
    return {id: tr(pgettext_("heading", "Plan %(version)s", version=version)) for id, version in found}


async def _interpreters(event: Event, ids: set[int], locale: str) -> Mapping[int, str]:
    found = await Interpreter.every.filter(id__in=ids, event_id=event.id).select_related("person")
    return {each.id: shown_name(each, locale) for each in found}


async def _delegations(event: Event, ids: set[int], locale: str) -> Mapping[int, str]:
    found = await Delegation.filter(id__in=ids, event_id=event.id).values_list("id", "name")
    translator = Translator(locale)
    return {id: translator.text(name)[0] for id, name in found}


_NAMES: Mapping[str, Callable[[Event, set[int], str], Awaitable[Mapping[int, str]]]] = {
    "need": _needs,
    "plan": _plans,
    "interpreter": _interpreters,
    "delegation": _delegations,
}
