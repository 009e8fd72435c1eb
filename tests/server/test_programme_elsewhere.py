"""The programme on other sites: a page to embed, schedule files, and what search engines read."""

import json
import re
from datetime import timedelta
from xml.etree import ElementTree

from server.models import PlenaryItem
from tests import factories
from tests.client import Client
from tests.server.setting_up import at_work, words


async def test_the_programme_is_shown_in_frames_of_any_site_and_nothing_else_is(client: Client) -> None:
    event = await factories.event(slots=2)
    here = f"/e/{event.slug}"
    page, public = await client.get(f"{here}/programme"), await client.get(here)

    assert "One-to-one meetings" in words(page)
    assert "<form" not in page.text and "<script" not in page.text
    assert "frame-ancestors *" in page.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in public.headers["content-security-policy"]


async def test_schedule_files_have_the_programme_and_no_participants(client: Client) -> None:
    event = await factories.event(slots=2, name={"en": "Docking & <days>"})
    first, _last = await factories.slots_of(event)
    start = first.start_at - timedelta(hours=1)
    item = await PlenaryItem.create(
        event=event, name={"en": "Opening"}, start_at=start, end_at=start + timedelta(minutes=45)
    )
    expert = await factories.expert(event)
    answer = await client.get(f"/e/{event.slug}/schedule.json")
    [day] = answer.json()["schedule"]["conference"]["days"]
    [entries] = day["rooms"].values()

    assert answer.headers["access-control-allow-origin"] == "*"
    assert [(each["title"], each["start"], each["duration"]) for each in entries] == [
        ("Opening", "08:00", "00:45"),
        ("One-to-one meetings", "09:00", "01:00"),
    ]
    assert entries[0]["date"].endswith("T08:00:00+08:00")
    assert expert.person.full_name not in answer.text

    xml = ElementTree.fromstring((await client.get(f"/e/{event.slug}/schedule.xml")).content)
    assert xml.findtext("conference/title") == "Docking & <days>"
    assert [each.findtext("title") for each in xml.iter("event")] == ["Opening", "One-to-one meetings"]
    guids = [each.get("guid") for each in xml.iter("event")]
    assert guids == [each["guid"] for each in entries]

    # Apps keep what people marked by id: a new name and time leave it.
    await PlenaryItem.filter(id=item.id).update(name={"en": "Start"}, start_at=start - timedelta(minutes=5))
    later = (await client.get(f"/e/{event.slug}/schedule.json")).json()
    assert (*later["schedule"]["conference"]["days"][0]["rooms"].values(),)[0][0]["guid"] == guids[0]
    assert later["schedule"]["version"] != answer.json()["schedule"]["version"]


async def test_an_event_without_slots_has_a_schedule_without_days(client: Client) -> None:
    event = await factories.event(slots=0)
    answer = await client.get(f"/e/{event.slug}/schedule.json")
    assert (answer.status_code, answer.json()["schedule"]["conference"]["days"]) == (200, [])
    assert "The programme is not known yet." in words(await client.get(f"/e/{event.slug}/programme"))


async def test_search_engines_read_the_event_and_no_name_ends_its_script(client: Client) -> None:
    event = await factories.event(slots=1, name={"en": "</script><script>alert(1)</script>"})
    page = (await client.get(f"/e/{event.slug}")).text
    [told] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)
    read = json.loads(told)
    assert (read["@type"], read["name"]) == ("BusinessEvent", "</script><script>alert(1)</script>")
    assert [each["name"] for each in read["subEvent"]] == ["One-to-one meetings"]


async def test_organisers_find_the_line_for_their_own_site(client: Client) -> None:
    event, here = await at_work(client)
    start = (await factories.slots_of(event))[0].start_at - timedelta(hours=2)
    await PlenaryItem.create(event=event, name={"en": "Opening"}, start_at=start, end_at=start + timedelta(hours=1))
    page = (await client.get(f"{here}/plenary")).text
    assert f"/e/{event.slug}/programme&#34; width" in page
