"""Suggestions for an expert's profile from ORCID and ROR, asked over HTTP from servers on this machine."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote_plus

import pytest
from starlette.applications import Starlette

from server.models import Consent, Event, Registration
from server.prefill.registries import NotAnOrcid, is_ror, orcid_of
from server.privacy import ledger
from tests import factories
from tests.client import Client
from tests.reading import Page, read
from tests.server.registering import WORK, visitor

ID = "0000-0002-1825-0097"
JOB = {"role-title": "Head of laboratory", "organization": {"name": "Institute of Vision"}, "end-date": None}
RECORD = {
    "person": {
        "name": {"given-names": {"value": "Uliana"}, "family-name": {"value": "Berestneva"}},
        "biography": {"content": "<b>I find scratches</b> on steel by cameras."},
    },
    "activities-summary": {
        "employments": {"affiliation-group": [{"summaries": [{"employment-summary": JOB}]}]},
        "educations": {"affiliation-group": [{"summaries": [{"education-summary": {"role-title": "PhD"}}]}]},
    },
}


def organisation(id: str, name: str) -> dict[str, Any]:
    return {"id": id, "names": [{"value": name, "types": ["label", "ror_display"], "lang": "en"}]}


FOUND = {
    "items": [
        organisation("https://ror.org/03yrm5c26", "California Digital Library"),
        organisation("https://ror.org/03yrm5c27", "A wrong check digit"),
    ]
}


@dataclass
class Registry:
    """A server that answers every request with the same status and bytes. asked: paths."""

    url: str = ""
    status: int = 200
    data: bytes = b"{}"
    asked: list[str] = field(default_factory=list)


@contextmanager
def registry(answer: Any) -> Iterator[Registry]:
    found = Registry(data=answer if isinstance(answer, bytes) else json.dumps(answer).encode())

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.asked.append(unquote_plus(self.path))
            self.send_response(found.status)
            self.send_header("Content-Length", str(len(found.data)))
            self.end_headers()
            self.wfile.write(found.data)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def ask(app: Starlette, **urls: str) -> None:
    """Let the application ask registries at these addresses."""
    app.state.settings = app.state.settings.model_copy(update=urls)


async def asked(client: Client, event: Event, act: str, **more: Any) -> Page:
    """Press one of the buttons in the form with everything else filled in, and return the page."""
    answer = await client.post(f"/e/{event.slug}/register/expert/work", data={**WORK, "as": act, **more})
    assert answer.status_code == 200
    return read(answer)


async def test_orcid_suggests_fields_and_only_ticked_ones_are_filled_in(app: Starlette, client: Client) -> None:
    event, _person = await visitor(client, suggests_profiles=True)
    with registry(RECORD) as orcid:
        ask(app, orcid_url=orcid.url)
        assert orcid.asked == []
        page = await asked(client, event, "orcid", orcid=f"https://orcid.org/{ID}")
    assert orcid.asked == [f"/{ID}/record"]
    assert page.fields["headline"] == [WORK["headline"]]
    offer = "offer:<b>I find scratches</b> on steel by cameras."
    assert (await asked(client, event, "take", take=[offer, "degree:PhD", "country:XX", "junk"])).fields["degree"] == [
        "PhD"
    ]
    taken = await asked(client, event, "take", take=[offer])
    assert "Berestneva Uliana" in page.words and "Head of laboratory" in page.words
    assert (taken.fields["degree"], taken.fields["affiliation"]) == ([WORK["degree"]], [WORK["affiliation"]])
    assert await Registration.all().count() == 0


async def test_ror_suggests_organisations_with_a_right_check_digit(app: Starlette, client: Client) -> None:
    event, _person = await visitor(client, suggests_profiles=True)
    with registry(FOUND) as ror:
        ask(app, ror_url=ror.url)
        page = await asked(client, event, "ror", affiliation="digital library & co")
    assert ror.asked == ["/organizations?query=digital library & co"]
    assert "California Digital Library" in page.words
    assert "A wrong check digit" not in page.words


@pytest.mark.parametrize(
    ("status", "data"),
    [(500, b"{}"), (200, b"<html>"), (200, b"[" * 100_000), (302, b""), (200, b" " * (3 * 1024 * 1024))],
)
async def test_a_broken_registry_is_told_and_nothing_is_lost(
    app: Starlette, client: Client, status: int, data: bytes
) -> None:
    event, _person = await visitor(client, suggests_profiles=True)
    with registry(data) as orcid:
        ask(app, orcid_url=orcid.url)
        orcid.status = status
        page = await asked(client, event, "orcid", orcid=ID)
    assert "No answer from this server: 127.0.0.1." in page.words
    assert page.fields["headline"] == [WORK["headline"]]


async def test_looking_up_is_agreed_to_and_counted_as_a_transfer(app: Starlette, client: Client) -> None:
    event, person = await visitor(client, suggests_profiles=True)
    with registry(RECORD) as orcid:
        ask(app, orcid_url=orcid.url)
        for typed in ("0000-0002-1825-0098", ID, ID):
            await asked(client, event, "orcid", orcid=typed)
    [given] = await Consent.filter(event_id=event.id, person_id=person.id)
    settings = app.state.settings
    transfers = [(each.recipient, each.country, each.people) for each in await ledger.transfers(event, settings)]
    [profiles] = [each for each in ledger.record(event, settings) if each.category == "profile"]
    assert (given.purpose, given.locale, len(orcid.asked)) == ("orcid", "en", 2)
    assert transfers[1:] == [("127.0.0.1", "", 1), ("api.ror.org", "US", 0)]
    assert {"127.0.0.1", "api.ror.org"} <= set(profiles.recipients)
    assert "Suggestions from ORCID" in read(await client.get("/account/consents")).words


@pytest.mark.parametrize("answer", [[], {"person": 7}, {"person": {"name": None}}, {"activities-summary": []}, 5, None])
async def test_records_of_other_shapes_suggest_nothing(app: Starlette, client: Client, answer: Any) -> None:
    event, _person = await visitor(client, suggests_profiles=True)
    with registry(answer) as orcid:
        ask(app, orcid_url=orcid.url, ror_url=orcid.url)
        pages = [await asked(client, event, act, orcid=ID) for act in ("orcid", "ror")]
    assert ["Nothing was found." in page.words for page in pages] == [True, True]


async def test_a_registry_that_is_down_and_a_wrong_id_are_told(app: Starlette, client: Client) -> None:
    event, _person = await visitor(client, suggests_profiles=True)
    with registry({}) as orcid:
        ask(app, orcid_url=orcid.url)
        assert "not a valid ORCID iD" in (await asked(client, event, "orcid", orcid="0000-0002-1825-0098")).words
        assert orcid.asked == []
    assert "No answer" in (await asked(client, event, "orcid", orcid=ID)).words


async def test_it_is_off_until_the_organiser_turns_it_on(app: Starlette, client: Client) -> None:
    event, person = await visitor(client)
    with registry(RECORD) as orcid:
        ask(app, orcid_url=orcid.url)
        page = await asked(client, event, "orcid", orcid=ID)
        assert ("ORCID" in page.words, orcid.asked) == (False, [])
    await factories.signed_in(client, (await factories.organiser(event)).person)
    form = read(await client.get(f"/e/{event.slug}/prefill")).fields
    answer = await client.post(f"/e/{event.slug}/prefill", data={**form, "suggests_profiles": "yes"})
    assert answer.status_code == 303
    await factories.signed_in(client, person)
    assert "ORCID" in read(await client.get(f"/e/{event.slug}/register/expert/work")).words


@pytest.mark.parametrize("typed", ["", "0000-0002-1825-009", "0000-0002-1825-0098", "٠٠٠٠-0002-1825-0097", "x" * 500])
def test_wrong_orcid_ids_are_refused(typed: str) -> None:
    with pytest.raises(NotAnOrcid):
        orcid_of(typed)


def test_check_digits() -> None:
    assert [orcid_of(typed) for typed in (ID, "0000000218250097", " https://orcid.org/0000-0002-1694-233x ")] == [
        ID,
        ID,
        "0000-0002-1694-233X",
    ]
    known = ("03yrm5c26", "02mhbdp94", "00k4n6c32", "052gg0110")
    assert [is_ror(f"https://ror.org/{id}") for id in (*known, "03yrm5c27", "03yrm5c2", "")] == [True] * 4 + [False] * 3
