"""Pages are light: one style sheet and one script, compressed, and confirmed if the browser has them already."""

import re

import httpx2
import pytest
import zstandard

from server import assets
from server.agendas import feeds
from server.settings import Settings
from tests import factories
from tests.client import Client
from tests.filling import filled
from tests.reading import read


def unpacked(answer: httpx2.Response) -> bytes:
    """Return the content of an answer; the client opens all encodings but zstd."""
    if answer.headers.get("content-encoding") != "zstd":
        return answer.content
    opened: bytes = zstandard.ZstdDecompressor().decompress(answer.content)
    return opened


async def test_a_page_asks_for_one_style_sheet_and_one_script(client: Client) -> None:
    page = (await client.get("/sign-in")).text
    found = re.findall(r'(?:src|href)="(/static/[^"]+\.(?:css|js)\?[^"]+)"', page)
    assert found == [assets.address("all.css"), assets.address("all.js")]
    for address in found:
        answer = await client.get(address)
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["content-encoding"] == "br"


async def test_the_style_sheet_has_every_rule_of_its_files_in_order(client: Client) -> None:
    sheet = (await client.get(assets.address("all.css"))).text
    files = [(assets.STATIC / f"css/{name}.css").read_text("utf-8") for name in assets.STYLES]
    assert sheet == "\n".join(files)
    assert {path.stem for path in (assets.STATIC / "css").glob("*.css")} == set(assets.STYLES)
    assert {path.stem for path in (assets.STATIC / "js").glob("*.js")} == set(assets.SCRIPTS)


async def test_a_bundle_that_the_browser_has_is_confirmed(client: Client) -> None:
    first = await client.get("/static/all.css")
    again = await client.get("/static/all.css", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_a_page_that_has_not_changed_is_confirmed(client: Client) -> None:
    event = await factories.event()
    first = await client.get(f"/e/{event.slug}")
    again = await client.get(f"/e/{event.slug}", headers={"if-none-match": first.headers["etag"]})
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    assert again.headers["cache-control"] == "private, no-cache"
    event.name = {"en": "Another name"}
    await event.save()
    fresh = await client.get(f"/e/{event.slug}", headers={"if-none-match": first.headers["etag"]})
    assert fresh.status_code == 200


@pytest.mark.parametrize(
    ("asked", "encoding"),
    [("gzip", "gzip"), ("gzip, deflate, br, zstd", "br"), ("zstd", "zstd"), ("br;q=1.0, gzip;q=0.8", "br")],
)
async def test_a_bundle_is_sent_as_its_reader_asks(client: Client, asked: str, encoding: str) -> None:
    plain = await client.get("/static/all.css", headers={"accept-encoding": "identity"})
    packed = await client.get("/static/all.css", headers={"accept-encoding": asked})
    assert (plain.content, "content-encoding" in plain.headers) == (unpacked(packed), False)
    assert packed.headers["content-encoding"] == encoding
    assert int(packed.headers["content-length"]) < len(plain.content) / 3
    assert [answer.headers["vary"] for answer in (plain, packed)] == ["Accept-Encoding"] * 2
    assert packed.headers["etag"] == f"W/{plain.headers['etag']}"


async def test_a_page_with_a_private_address_is_neither_stored_nor_compressed(client: Client) -> None:
    event = await factories.event()
    expert = await factories.expert(event)
    await factories.signed_in(client, expert.person)
    path = f"/e/{event.slug}/agenda"
    before = await client.get(path)
    await client.post(f"{path}/feed")
    answer = await client.get(path)
    assert answer.headers["cache-control"] == "private, no-store"
    assert "content-encoding" not in answer.headers
    # Without the address there is no secret.
    assert (before.headers["cache-control"], before.headers["content-encoding"]) == ("private, no-cache", "br")
    assert (await client.get("/account")).headers["content-encoding"] == "br"


@pytest.mark.parametrize(
    ("asked", "encoding"),
    [
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip, deflate, br", "br"),
        ("gzip", "gzip"),
        ("zstd;q=0, gzip", "gzip"),
        ("*", "zstd"),
        ("identity", None),
        ("compress", None),
    ],
)
async def test_a_page_is_compressed_as_its_reader_asks(client: Client, asked: str, encoding: str | None) -> None:
    event = await factories.event()
    plain = await client.get(f"/e/{event.slug}", headers={"accept-encoding": "identity"})
    packed = await client.get(f"/e/{event.slug}", headers={"accept-encoding": asked})
    assert packed.headers.get("content-encoding") == encoding
    assert unpacked(packed) == plain.content
    assert "Accept-Encoding" in packed.headers["vary"]
    assert packed.headers["etag"] == plain.headers["etag"]


async def test_a_calendar_is_not_compressed(client: Client, settings: Settings) -> None:
    event = await factories.event()
    expert = await factories.expert(event)
    feed = await feeds.renew(event, expert.person, settings)
    answer = await client.get(feeds.address_of(feed, settings))
    assert ("content-encoding" in answer.headers, answer.headers["etag"][:1]) == (False, '"')


async def test_each_line_of_a_summary_names_its_field(client: Client) -> None:
    event = await factories.event()
    organiser = await factories.organiser(event)
    await factories.signed_in(client, organiser.person)
    path = f"/e/{event.slug}/settings"
    form = filled((await client.get(path)).text, "slug", time_zone="<b>", opens_on="never", slug="Не то")
    answer = await client.post(path, data=form)
    assert answer.status_code == 422
    summary = re.search(r'id="faults".*?</ul>', answer.text, re.S)
    assert summary
    lines = re.findall(r"<li><a[^>]*>(.*?)</a></li>", summary[0])
    assert sorted(line.partition(":")[0] for line in lines) == ["Opens on", "Page address", "Time zone of the venue"]
    assert "<title>Error: " in answer.text
    assert not re.search("[\ue000-\ue003]", answer.text)
    assert read(answer).field("time_zone") == "<b>"
