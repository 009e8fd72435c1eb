"""Random requests that no page would send: the answer is always a page, never a server error.

A case is determined by its number, so that a failing one can be repeated.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pytest

from i18n import LOCALES
from server.accounts import sessions
from server.forms import Fields
from server.models import BudgetBand, Confidentiality, Mode, OrganisationKind, WishKind
from server.routes import ROUTES
from server.settings import Settings
from tests import world
from tests.client import Client
from tests.world import CALLERS, Place, World, roles_of

CASES, SOAK_CASES = 300, 20_000
# After this many cases too much is withdrawn, removed or signed out for further ones to be useful.
CASES_OF_A_WORLD = 60
LONGEST_ADDRESS = 60_000
HOSTILE = (
    "", " ", "\0", "a\0b", "\ud800", "\udfff\ud800", "\u202eabc\u2066", "\ufeff", "\uffff", "e\u0301" * 300,
    "W" * 10_000, "对" * 9_000, "1" * 5_000, "-1", "0", "1", "2", "2147483647", "2147483648", "9223372036854775808",
    "1e400", "NaN", "inf", "0x10", "1_000", "１２", "٣", "1.5", "true", "None", "[]", "{}", "[" * 3_000, "{{7*7}}",
    "%s%n", "' OR 1=1 --", "../../etc/passwd", "<script>alert(1)</script>", "javascript:alert(1)",
    "\r\nSet-Cookie: a=b", "0001-01-01", "9999-12-31", "2026-02-30", "2026-05-21", "2026-05-21T09:00:00+99:99",
    "-0001-01-01", "09:00", "24:00", "23:59:60", "09:00+08:00", "09:00Z", "86400", "Asia/Shanghai", "Etc/GMT+12",
    "localtime", "../UTC", "America/New_York", "anna@example.org", "a@b", "a@" + "x" * 300 + ".org", "en", "zh_Hans",
    "zh-Hans", "xx", "RU", "ZZ", "Анна Петрова", "//evil.example", "/account", "\\\\x", "auto.ev", "auto", "expert",
    "enterprise", "must", "like", "no", "yes", "on", "fresh", "fill", "repair", "draft", "open", "staged", "e1-f1",
    *Mode, *BudgetBand, *Confidentiality, *OrganisationKind, *WishKind,
)  # fmt: skip
# With these values alone every form is valid, so that one odd value among them reaches the database.
PLAUSIBLE: Mapping[str, str | list[str]] = {
    "email": "vera@example.org", "full_name": "Vera Orlova", "latin_name": "VERA", "zh_name": "", "country": "RU",
    "affiliation": "Institute", "position": "Engineer", "degree": "PhD", "headline": "Motors", "title": "Quieter motor",
    "offer": "I design motors and their inverters.", "text": "Our motor whines between 40 and 60 km/h.",
    "topics": ["auto.ev", "mat.mag"], "must_topics": "auto.ev", "modes": ["project", "consulting"], "readiness": "6",
    "languages": ["ru", "zh"], "available": ["1", "2", "3"], "max_meetings": "4", "max_consecutive": "3",
    "parallel": "1",
    "name": "Beilun Motors", "kind": "enterprise", "description": "We make motors.", "tables": "3", "side": "expert",
    "purposes": ["matching", "sharing", "cross_border"], "deadline": "2026-12-31", "budget": "open", "code": "123456",
    "confidentiality": "staged", "as": "published", "slug": "beilun-2026", "time_zone": "Asia/Shanghai",
    "locales": ["en"],
    "opens_on": "2026-05-01", "opens_at": "09:00", "closes_on": "2026-06-01", "closes_at": "18:00", "day": "2026-05-21",
    "start": "09:00", "end": "10:00", "first_day": "2026-05-21", "last_day": "2026-05-22", "day_start": "09:00",
    "day_end": "17:00", "length_min": "20", "break_min": "5", "pause_start": "12:00", "pause_end": "13:00", "to": "ru",
    "next": "/account", "seconds": "1", "seed": "1", "preset": "fresh", "about": "1", "grade": "like", "invite": "yes",
}  # fmt: skip
QUERY = ("notice", "next", "name", "q", "words", "state", "page", "show", "by", "day", "person", "pairs", "lang",
         "alarm", "cancelled", "reason", "x")  # fmt: skip


def every_field() -> list[str]:
    """Return the names of all fields of all forms, and one that no form has."""
    found, schemas = {"rows", "invite", "kind", "about", "as", "nothing"}, [Fields]
    while schemas:
        schema = schemas.pop()
        schemas += schema.__subclasses__()
        found |= set(schema.model_fields)
    return sorted(found)


FIELDS = every_field()
PLACES = list(world.places(ROUTES))


@dataclass(frozen=True)
class Case:
    number: int
    place: Place
    caller: str
    values: Mapping[str, str]
    query: str
    sent: Mapping[str, Any]

    @classmethod
    def of(cls, number: int, there: World) -> "Case":
        chance = random.Random(number)
        place = chance.choice(PLACES)
        callers = [caller for caller in CALLERS if roles_of(caller) & place.may] or ["anonymous"]
        values = {name: own if chance.random() < 0.9 else odd(chance) for name, own in there.own.items()}
        query = urlencode([(chance.choice(QUERY), text(chance)) for _ in range(chance.randrange(4))], errors="replace")
        return cls(number, place, chance.choice(callers), values, query, body(chance) if place.method != "GET" else {})


def text(chance: random.Random) -> str:
    return (
        str(chance.choice(HOSTILE))
        if chance.random() < 0.8
        else chr(chance.randrange(1, 0x10FFFF)) * chance.randrange(9)
    )


def odd(chance: random.Random) -> str:
    """Return an odd value for a path, in which letters stand for themselves."""
    return chance.choice(
        ("0", "1", "99999", "2147483648", "9" * 20, "x", "%00", "%ED%A0%80", "e1-f1", "e0-f0", "e9-", "-")
    )


def body(chance: random.Random) -> dict[str, Any]:
    """Return a form with a few odd fields or with many, of another type, or none."""
    odd_ones = chance.choice((1, 1, 1, 2, 2, 5, len(FIELDS)))
    plausible = {**PLAUSIBLE, **dict.fromkeys((f"name_{code}" for code in LOCALES), "Halle 1")}
    pairs = [(name, value) for name, many in plausible.items() for value in ([many] if isinstance(many, str) else many)]
    changed = set(chance.sample(FIELDS, odd_ones))
    pairs = [pair for pair in pairs if pair[0] not in changed]
    pairs += [(name, text(chance)) for name in changed for _ in range(chance.choice((0, 1, 1, 1, 2)))]
    encoded = urlencode([(name, value.encode("utf-8", "surrogatepass")) for name, value in pairs])
    kind = chance.randrange(12)
    if kind == 0:
        return {"json": {name: value.encode("utf-8", "replace").decode() for name, value in pairs}}
    if kind == 1:
        return {"files": [("files", (f"{n}.xlsx", v.encode("utf-8", "replace"))) for n, v in pairs[:2]] or None}
    if kind == 2:
        content = bytes(chance.randrange(256) for _ in range(chance.randrange(500)))
        return {"content": content, "headers": {"content-type": "multipart/form-data; boundary=x"}}
    return {"content": encoded, "headers": {"content-type": "application/x-www-form-urlencoded"}}


async def failures(client: Client, settings: Settings, numbers: range) -> list[str]:
    found: list[str] = []
    there: World | None = None
    for number in numbers:
        if there is None or number % CASES_OF_A_WORLD == 0:
            there = await world.build(settings)
        case = Case.of(number, there)
        cookie = f"{sessions.cookie_name(settings)}={there.tokens.get(case.caller, '')}"
        sent = {**case.sent, "headers": {**case.sent.get("headers", {}), "cookie": cookie}}
        path = (case.place.path(case.values) + (f"?{case.query}" if case.query else ""))[:LONGEST_ADDRESS]
        try:
            answer = await client.request(case.place.method, path, **sent)
        except Exception as error:
            found.append(f"case {number}: {case.place.method} {case.place.template} as {case.caller}: {error!r}"[:300])
            continue
        if answer.status_code >= 500:
            found.append(f"case {number}: {case.place.method} {case.place.template}: {answer.status_code}")
    return found


async def test_no_random_request_causes_a_server_error(client: Client) -> None:
    assert await failures(client, client.settings, range(CASES)) == []


@pytest.mark.soak
async def test_no_random_request_causes_a_server_error_in_a_long_run(client: Client) -> None:
    assert await failures(client, client.settings, range(CASES, CASES + SOAK_CASES)) == []


async def test_a_random_case_is_determined_by_its_number(client: Client) -> None:
    there = await world.build(client.settings)
    assert Case.of(7, there) == Case.of(7, there)
