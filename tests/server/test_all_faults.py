"""A form tells all its faults at the first try, each once: those of single fields and those between fields."""

import re
from typing import Any

import pytest

from matching.affinity import scheme
from server.events.forms import EventTexts, Grid, HallFields, PlenaryFields
from server.forms import Fields, Invalid, check
from server.needs.forms import DraftFields, NeedFields
from server.profiles import MAX_TOPICS
from tests import factories
from tests.client import Client
from tests.reading import read

FILL_IN, IN_ONE = "Fill this in.", "Write it in at least one language."
TIME, DATE = "Write a time such as 09:30.", "Write a date such as 2026-05-21."


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
            {"day": DATE, "end": "It ends before it starts.", "name_zh_Hans": IN_ONE},
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
                "last_day": "The last day comes before the first.",
                "day_end": "The day ends before it starts.",
                "pause_end": "A midday break needs both its start and its end, or neither.",
                "length_min": "Write a whole number in digits, for example 3.",
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
                "slug": "Use small Latin letters, digits and hyphens, at most 64, for example beilun-2026.",
                "opens_at": TIME,
                "closes_on": "Registration has to close after it opens.",
                "name_zh_Hans": IN_ONE,
            },
        ),
        (
            "topics/new",
            {"related": "mat.nonsense"},
            {
                "parent": FILL_IN,
                "related": "There is no topic “mat.nonsense”.",
                "label_zh_Hans": IN_ONE,
                "terms_zh_Hans": "Write at least one term that differs from the name.",
            },
        ),
    ],
)
async def test_all_faults_of_a_form_are_told_at_once(
    client: Client, page: str, typed: dict[str, Any], faults: dict[str, str]
) -> None:
    base = await organised(client)
    answer = await client.post(f"{base}/{page}?notice=saved", data=typed)
    assert (answer.status_code, read(answer).faults) == (422, faults)
    summary = re.search(r'id="faults".*?</ul>', answer.text, re.DOTALL)
    assert summary
    lines = re.findall(r"<li>(.*?)</li>", summary[0])
    assert len(lines) == len(set(lines)) == len(faults)
    assert "Saved." not in read(answer).words


@pytest.mark.parametrize("schema", [EventTexts, Grid, HallFields, PlenaryFields, NeedFields, DraftFields])
def test_any_field_may_be_at_fault_beside_any_other(schema: type[Fields]) -> None:
    """Whichever fields are unreadable: each has its fault, and what stands between the others is asked all the same."""
    for name in schema.model_fields:
        with pytest.raises(Invalid) as caught:
            check(schema, {name: ["\0", "\0"] if "int" not in str(schema.model_fields[name].annotation) else "x"})
        missing = {each for each, info in schema.model_fields.items() if info.is_required()}
        assert missing - {name} <= caught.value.form.faults.keys()


def test_too_many_topics_are_told_beside_a_missing_title() -> None:
    leaves = list(scheme().leaves)
    with pytest.raises(Invalid) as caught:
        check(DraftFields, {"topics": leaves[:MAX_TOPICS], "must_topics": leaves[MAX_TOPICS : MAX_TOPICS + 1]})
    assert list(caught.value.form.faults) == ["title", "must_topics", "confidentiality"]
