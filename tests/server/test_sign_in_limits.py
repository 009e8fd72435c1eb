"""Guessing is limited over days, many people behind one address can sign in, and nobody is locked out by others."""

from datetime import UTC, datetime, timedelta

import httpx2
from starlette.applications import Starlette
from tortoise.expressions import Q

from server.accounts import limits
from server.accounts.limits import Asker, mailbox
from server.errors import TooManyTries
from server.models import Mail, Session, Throttle
from tests import factories
from tests.client import Client
from tests.server.test_sign_in import EMAIL, another, asked, code_in, is_signed_in, path_in


def browser(app: Starlette, host: str) -> Client:
    """Yield a browser with this network address."""
    made = Client(app)
    made._transport = httpx2.ASGITransport(app=app, client=(host, 1))
    return made


async def next_quarter() -> None:
    """End the present quarter of an hour in the counts, but not the day."""
    await Throttle.filter(Q(key__startswith="letter:") | Q(key__startswith="caller:")).delete()


async def guesses(client: Client, number: int) -> list[int]:
    """Return the answers to this number of wrong codes; a new e-mail is asked for when a code is spent."""
    found: list[int] = []
    while len(found) < number:
        code = code_in(await asked(client))
        for _ in range(min(5, number - len(found))):
            found.append((await client.post("/sign-in/code", data={"code": another(code)})).status_code)
    return found


# Guessing ---------------------------------------------------------------------------------------------------------


async def test_wrong_codes_are_limited_over_a_day_whatever_the_e_mail_they_came_with(client: Client) -> None:
    assert await guesses(client, 15) == [422] * 15
    code = code_in(await asked(client))
    answer = await client.post("/sign-in/code", data={"code": code})
    assert (answer.status_code, await is_signed_in(client)) == (429, False)
    assert "Open the link in the e-mail instead." in answer.text
    await next_quarter()
    assert (await client.post("/sign-in/code", data={"code": code_in(await asked(client))})).status_code == 429


async def test_the_link_works_when_codes_do_not(client: Client) -> None:
    await guesses(client, 15)
    await client.post(path_in(await asked(client)))
    assert await is_signed_in(client)


async def test_guessing_from_elsewhere_locks_nobody_out(app: Starlette, client: Client) -> None:
    async with browser(app, "192.0.2.66") as attacker:
        await guesses(attacker, 15)
        for _ in range(3):
            await attacker.post("/sign-in", data={"email": EMAIL})
        assert (await attacker.post("/sign-in", data={"email": EMAIL})).status_code == 429
    answer = await client.post("/sign-in/code", data={"code": code_in(await asked(client))})
    assert (answer.status_code, await is_signed_in(client)) == (303, True)


async def test_all_callers_together_have_a_hundred_guesses_a_month(database: None) -> None:
    found = 0
    for number in range(60):
        try:
            for _ in range(limits.MAX_GUESSES_A_DAY):
                await limits.count_guess(EMAIL, Asker(f"caller {number}"))
                found += 1
        except limits.CodesOff:
            continue
    assert found == 100


async def test_where_somebody_signed_in_before_their_code_works_all_the_same(app: Starlette, client: Client) -> None:
    await client.post(path_in(await asked(client)))
    await client.post("/sign-out")
    for number in range(10):
        for _ in range(10):
            await limits.count_guess(EMAIL, Asker(f"caller {number}"))
    code = code_in(await asked(client))
    async with Client(app) as stranger:
        strange = code_in(await asked(stranger))
        assert (await stranger.post("/sign-in/code", data={"code": strange})).status_code == 429
    assert (await client.post("/sign-in/code", data={"code": code})).status_code == 303


async def test_a_forged_device_cookie_is_ignored(client: Client) -> None:
    for value in (mailbox(EMAIL), f"{mailbox(EMAIL)}.", f"{mailbox(EMAIL)}.{'0' * 64}"):
        client.cookies.clear()
        client.set_cookie("known_as", value)
        await Throttle.all().delete()
        await client.post("/sign-in", data={"email": EMAIL})
        assert await Throttle.filter(key__startswith="mailbox-day:").count() == 1


async def test_right_codes_are_not_counted(client: Client) -> None:
    for _ in range(4):
        await client.post("/sign-in/code", data={"code": code_in(await asked(client))})
        client.cookies.clear()
    assert sum(row.count for row in await Throttle.filter(key__startswith="guess")) == 0


# Asking -----------------------------------------------------------------------------------------------------------


async def test_a_hall_of_three_hundred_behind_one_address_signs_in(client: Client) -> None:
    seen = set()
    for number in range(300):
        answer = await client.post("/sign-in", data={"email": f"guest{number}@example.org"})
        seen.add((answer.status_code, answer.headers.get("location")))
    assert seen == {(303, "/sign-in/code")}
    assert await Mail.all().count() == 300


async def test_a_caller_is_still_limited(client: Client) -> None:
    await client.post("/sign-in", data={"email": "a@example.org"})
    await Throttle.filter(key__startswith="caller:").update(count=limits.MAX_EMAILS_PER_CALLER)
    known = await factories.person()
    for email in ("b@example.org", known.email):
        assert (await client.post("/sign-in", data={"email": email})).status_code == 429


async def test_addresses_of_one_ipv6_network_are_one_caller(app: Starlette) -> None:
    for number in range(5):
        async with browser(app, f"2001:db8:1:2::{number}") as each:
            assert (await each.post("/sign-in", data={"email": EMAIL})).status_code == 303
    async with browser(app, "2001:db8:1:2:ffff::1") as each:
        assert (await each.post("/sign-in", data={"email": EMAIL})).status_code == 429
    async with browser(app, "2001:db8:1:3::1") as each:
        assert (await each.post("/sign-in", data={"email": EMAIL})).status_code == 303


async def test_a_mailbox_is_not_flooded_by_any_number_of_callers(database: None) -> None:
    for number in range(limits.MAX_EMAILS_PER_MAILBOX_A_DAY):
        await limits.count_email(EMAIL, Asker(f"caller {number}"))
    refused = 0
    for asker in (Asker("another"), Asker("another", known=mailbox(EMAIL))):
        try:
            await limits.count_email(EMAIL, asker)
        except TooManyTries:
            refused += 1
    assert refused == 1


async def test_counts_of_long_ago_are_forgotten(client: Client) -> None:
    await asked(client)
    await Throttle.all().update(window_start=datetime.now(UTC) - timedelta(days=70))
    await client.post(path_in(await asked(client)))
    assert await Session.all().count() == 1
    assert min(row.window_start for row in await Throttle.all()) > (await Session.get()).created_at - timedelta(days=61)
