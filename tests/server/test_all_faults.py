"""A form shows all its faults at the first try, each once: those of single fields and those between fields."""

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from matching.affinity import scheme
from server.events.forms import EventTexts, Grid, HallFields, PlenaryFields
from server.forms import Fields, Invalid, check
from server.mail import MOST_TO_ADDRESS
from server.models import Event, Organiser
from server.models.needs import MAX_NEEDS
from server.models.registrations import MAX_DELEGATES
from server.needs.forms import DraftFields, NeedFields
from server.profiles import MAX_TOPICS
from server.topics.service import MAX_OWN
from tests import factories
from tests.client import Client
from tests.reading import read

FILL_IN, IN_ONE = "Fill in this field.", "Enter a text in at least one language."
TIME, DATE = "Enter a time such as 09:30.", "Enter a date such as 2026-05-21."


async def organised(client: Client) -> str:
    event = await factories.event()
    person = await factories.person(locale="en")
    await factories.organiser(event, person)
    await factories.signed_in(client, person)
    return f"/e/{event.slug}"


@pytest.mark.parametrize(
    ("page", "typed", "faults"),
    [
        ("halls", {}, {"tables": FILL_IN, "name_zh_Hans": IN_ONE}),
        (
            "plenary",
            {"day": "never", "start": "11:00", "end": "10:00"},
            {"day": DATE, "end": "The end is before the start.", "name_zh_Hans": IN_ONE},
        ),
        (
            "slots",
            {
                "first_day": "2027-05-03",
                "last_day": "2027-05-01",
                "day_start": "18:00",
                "day_end": "09:00",
                "pause_start": "12:00",
                "length_min": "long",
            },
            {
                "last_day": "The last day is before the first day.",
                "day_end": "The day ends before it starts.",
                "pause_end": "Enter both the start and the end of the midday break, or leave both empty.",
                "length_min": "Enter a whole number in digits, for example 3.",
                "break_min": FILL_IN,
            },
        ),
        (
            "settings",
            {
                "slug": "No Address",
                "time_zone": "Asia/Shanghai",
                "opens_on": "2027-05-03",
                "closes_on": "2027-05-01",
                "opens_at": "soon",
                "closes_at": "12:00",
                "locales": "zh_Hans",
            },
            {
                "slug": "Use lower-case Latin letters, digits and hyphens: at most 64 characters, "
                "for example beilun-2026.",
                "opens_at": TIME,
                "closes_on": "Registration must close after it opens.",
                "name_zh_Hans": IN_ONE,
            },
        ),
        (
            "topics/new",
            {"related": "mat.nonsense"},
            {
                "parent": FILL_IN,
                "related": "This topic does not exist: “mat.nonsense”.",
                "label_zh_Hans": IN_ONE,
                "terms_zh_Hans": "Enter at least one keyword that differs from the name.",
            },
        ),
    ],
)
async def test_all_faults_of_a_form_are_shown_at_once(
    client: Client, page: str, typed: dict[str, Any], faults: dict[str, str]
) -> None:
    base = await organised(client)
    answer = await client.post(f"{base}/{page}?notice=saved", data=typed)
    assert (answer.status_code, read(answer).faults) == (422, faults)
    assert len(summary(answer.text)) == len(faults)
    assert "Saved." not in read(answer).words


def summary(html: str) -> list[str]:
    """Return the lines of the summary of faults, after checking that none is repeated."""
    found = re.search(r'id="faults".*?</ul>', html, re.DOTALL)
    assert found
    lines = re.findall(r"<li>(.*?)</li>", found[0])
    assert len(lines) == len(set(lines))
    return lines


Sent = tuple[str, dict[str, Any]]
OVER = "This time is in the past. Choose a future time."


async def creates(event: Event) -> Sent:
    taken = await factories.event()
    return "/events/new", {"slug": taken.slug, "time_zone": "Asia/Shanghai"}


async def changes(event: Event) -> Sent:
    taken = await factories.event()
    return f"/e/{event.slug}/settings", {"slug": taken.slug, "time_zone": "Europe/Minsk", "opens_at": "soon"}


async def cuts(event: Event) -> Sent:
    await Event.filter(id=event.id).update(time_zone="Europe/Berlin")
    days = {"first_day": "2027-03-27", "last_day": "2027-03-28", "day_start": "02:30", "day_end": "17:00"}
    return f"/e/{event.slug}/slots", {**days, "length_min": "long", "break_min": "0"}


async def cuts_the_past(event: Event) -> Sent:
    days = {"first_day": "2020-03-27", "last_day": "2020-03-28", "day_start": "09:00", "day_end": "17:00"}
    return f"/e/{event.slug}/slots", {**days, "length_min": "long", "break_min": "0"}


async def adds_item(event: Event) -> Sent:
    await Event.filter(id=event.id).update(time_zone="Europe/Berlin")
    return f"/e/{event.slug}/plenary", {"day": "2020-03-29", "start": "02:30", "end": "03:30"}


async def adds_interpreter(event: Event) -> Sent:
    there = await factories.interpreter(event)
    return f"/e/{event.slug}/interpreters/new", {"email": there.person.email, "languages": "ru", "max_meetings": "-1"}


async def adds_organiser(event: Event) -> Sent:
    """Add and remove a person again and again."""
    somebody, by = await factories.person(), await Organiser.get(event_id=event.id)
    for number in range(MOST_TO_ADDRESS):
        await factories.mail(event, somebody, key=f"organiser:{number}", template="organiser", by_id=by.person_id)
    return f"/e/{event.slug}/organisers", {"email": somebody.email, "mail_locale": "tlh"}


async def adds_delegate(event: Event) -> Sent:
    party, expert = await factories.enterprise(event), await factories.expert(event)
    return f"/e/{event.slug}/parties/{party.id}/delegates", {"email": expert.person.email}


async def adds_one_delegate_more(event: Event) -> Sent:
    party, expert = await factories.enterprise(event), await factories.expert(event)
    for _ in range(MAX_DELEGATES - 1):
        await factories.delegate(party)
    return f"/e/{event.slug}/parties/{party.id}/delegates", {"email": expert.person.email}


async def says_presence(event: Event) -> Sent:
    party = await factories.enterprise(event)
    return f"/e/{event.slug}/parties/{party.id}/edit/presence", {"parallel": "3", "max_meetings": "many"}


async def posts_need(event: Event) -> Sent:
    party = await factories.enterprise(event)
    return f"/e/{event.slug}/parties/{party.id}/needs/new", {"deadline": "2020-06-30", "confidentiality": "open"}


async def posts_one_need_more(event: Event) -> Sent:
    party = await factories.enterprise(event, needs=MAX_NEEDS)
    return f"/e/{event.slug}/parties/{party.id}/needs/new", {"deadline": "2020-06-30", "as": "draft"}


async def changes_need(event: Event) -> Sent:
    party = await factories.enterprise(event)
    need = (await factories.needs_of(party))[0]
    typed = {"deadline": "2020-06-30", "confidentiality": "open", "modes": "project", "topics": "auto.ev"}
    return f"/e/{event.slug}/parties/{party.id}/needs/{need.id}", {**typed, "title": need.title, "text": "short"}


async def adds_topic(event: Event) -> Sent:
    for number in range(MAX_OWN):
        await factories.own_topic(event, id=f"mat.own{number}")
    return f"/e/{event.slug}/topics/new", {"parent": "mat.functional", "label_en": "Ice"}


TAKEN = "Another event already has this address. Choose another address."
ZONE = "The time zone cannot change once slots exist. For another time zone, create another event."
FUTURE = "Choose a date after today. Today at the venue is"


@pytest.mark.parametrize(
    ("sends", "faults"),
    [
        (creates, {"slug": TAKEN, "opens_on": FILL_IN, "name_zh_Hans": IN_ONE}),
        (changes, {"slug": TAKEN, "time_zone": ZONE, "opens_at": TIME}),
        (
            cuts,
            {
                "day_start": "The clocks change on that day: 2027-03-28 02:30 does not exist at the venue. "
                "Choose another time.",
                "length_min": "Enter a whole number in digits, for example 3.",
            },
        ),
        (
            cuts_the_past,
            {
                "first_day": "These days are in the past. Choose future days.",
                "length_min": "Enter a whole number in digits, for example 3.",
            },
        ),
        (
            adds_item,
            {
                "day": OVER,
                "start": "The clocks change on that day: 2020-03-29 02:30 does not exist at the venue. "
                "Choose another time.",
                "name_zh_Hans": IN_ONE,
            },
        ),
        (
            adds_interpreter,
            {
                "email": "This event already has an interpreter with this address: ",
                "languages": "Choose at least 2",
                "max_meetings": "Enter a number of at least 0.",
            },
        ),
        (
            adds_organiser,
            {
                "email": "You have sent this address 3 e-mails of this kind in the last 24 hours. Try again tomorrow.",
                "mail_locale": "Choose one of the options.",
            },
        ),
        (adds_delegate, {"email": "A participant with this address already exists: ", "full_name": FILL_IN}),
        (
            adds_one_delegate_more,
            {
                "": f"An enterprise can send at most {MAX_DELEGATES} delegates.",
                "email": "A participant with this address already exists: ",
                "full_name": FILL_IN,
            },
        ),
        (
            says_presence,
            {
                "parallel": "The enterprise has 1 delegate. Enter at most 1, or add delegates first.",
                "max_meetings": "Enter a whole number in digits, for example 3.",
            },
        ),
        (posts_need, {"deadline": FUTURE, "title": FILL_IN, "text": FILL_IN, "modes": FILL_IN}),
        (
            posts_one_need_more,
            {
                "": f"An enterprise can post at most {MAX_NEEDS} needs. Withdraw a need first.",
                "deadline": FUTURE,
                "title": FILL_IN,
                "confidentiality": FILL_IN,
            },
        ),
        (changes_need, {"deadline": FUTURE, "text": "Enter at least 20 characters."}),
        (
            adds_topic,
            {
                "": f"An event can have at most {MAX_OWN} topics of its own.",
                "terms_zh_Hans": "Enter at least one keyword that differs from the name.",
            },
        ),
    ],
)
async def test_refusals_of_services_are_shown_beside_faults_of_forms(
    client: Client, sends: Callable[[Event], Awaitable[Sent]], faults: dict[str, str]
) -> None:
    event, person = await factories.event(), await factories.person(locale="en", may_create_events=True)
    await factories.organiser(event, person)
    await factories.signed_in(client, person)
    path, typed = await sends(event)
    answer = await client.post(path, data=typed)
    told, lines = read(answer).faults, summary(answer.text)
    assert answer.status_code == 422
    for field, fault in faults.items():
        assert fault in told[field] if field else any(fault in line for line in lines)
        assert any(f'href="#f-{field}"' in line for line in lines) or not field
    assert told.keys() >= faults.keys() - {""}
    assert len(lines) == len(told.keys() | faults.keys())


async def test_all_refusals_of_services_are_shown_if_the_form_has_no_faults(client: Client) -> None:
    base = await organised(client)
    event = await Event.get(slug=base.removeprefix("/e/"))
    await Event.filter(id=event.id).update(time_zone="Europe/Berlin")
    typed = {"day": "2020-03-29", "start": "02:30", "end": "12:00", "name_en": "Opening"}
    answer = await client.post(f"{base}/plenary", data=typed)
    skipped = "The clocks change on that day: 2020-03-29 02:30 does not exist at the venue. Choose another time."
    assert (answer.status_code, read(answer).faults) == (422, {"day": OVER, "start": skipped})
    past = (datetime.now(UTC) - timedelta(days=2)).date().isoformat()
    answer = await client.post(f"{base}/plenary", data={**typed, "day": past, "start": "09:00"})
    assert (answer.status_code, read(answer).faults) == (409, {"day": OVER})
    assert read(answer).field("name_en") == "Opening"


async def test_unchanged_values_are_not_faults(client: Client) -> None:
    """A deadline that is over meanwhile stays, and so does what the page was drawn with."""
    base = await organised(client)
    event = await Event.get(slug=base.removeprefix("/e/"))
    party = await factories.enterprise(event, needs=0)
    need = await factories.need(party, deadline=datetime.now(UTC).date() - timedelta(days=3))
    path = f"{base}/parties/{party.id}/needs/{need.id}"
    fields = read(await client.get(path)).fields
    answer = await client.post(path, data={**fields, "text": "short"})
    assert (answer.status_code, list(read(answer).faults)) == (422, ["text"])


@pytest.mark.parametrize("schema", [EventTexts, Grid, HallFields, PlenaryFields, NeedFields, DraftFields])
def test_faults_of_any_two_fields_are_shown_together(schema: type[Fields]) -> None:
    """Whichever fields are unreadable: each has its fault, and what stands between the others is asked all the same."""
    for name in schema.model_fields:
        with pytest.raises(Invalid) as caught:
            check(schema, {name: ["\0", "\0"] if "int" not in str(schema.model_fields[name].annotation) else "x"})
        missing = {each for each, info in schema.model_fields.items() if info.is_required()}
        assert missing - {name} <= caught.value.form.faults.keys()


def test_too_many_topics_and_a_missing_title_are_shown_together() -> None:
    leaves = list(scheme().leaves)
    with pytest.raises(Invalid) as caught:
        check(DraftFields, {"topics": leaves[:MAX_TOPICS], "must_topics": leaves[MAX_TOPICS : MAX_TOPICS + 1]})
    assert list(caught.value.form.faults) == ["title", "must_topics", "confidentiality"]
