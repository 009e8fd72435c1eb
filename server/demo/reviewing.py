"""Needs of the demo under review, from reviews.yaml, by the services that the pages use."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from server.db import atomic
from server.demo.people import Delegation, load
from server.demo.translating import ENGINE
from server.demo.values import need_values
from server.edits import UNSEEN
from server.events import team
from server.models import Event, Need, NeedState, Person, Registration, TextField, Translation, TranslationState
from server.needs import reviewing
from server.needs import service as needs
from server.needs.reviewing import RemarkValues
from server.translations import texts

FILE = Path(__file__).parent / "reviews.yaml"


async def review(event: Event, delegation: Delegation, enterprises: Sequence[Registration], organiser: Person) -> None:
    """Switch the review on, add a reviewer, and post needs that have come differently far.

    enterprises: in the order of the delegation.
    """
    await reviewing.set_rules(event, reviewing.ReviewRuleValues(reviews_needs=True, clears_needs=False), edit=UNSEEN)
    await team.add_reviewer(event, delegation.reviewer["email"], by=organiser)
    reviewer = await Person.get(email=delegation.reviewer["email"])
    parties = {given["id"]: party for given, party in zip(delegation.enterprises, enterprises, strict=True)}
    locales = {given["id"]: given["locale"] for given in delegation.enterprises}
    for given in load(FILE)["needs"]:
        await _post(parties[given["of"]], given, locales[given["of"]], reviewer)


async def _post(party: Registration, given: Mapping[str, Any], locale: str, reviewer: Person) -> None:
    state = NeedState(given["state"])
    wanted = NeedState.DRAFT if state == NeedState.DRAFT else NeedState.PUBLISHED
    need = await needs.post(party, need_values(given, locale, state=wanted))
    await _store(list(_translations(party.event_id, need, given)))
    for each in given.get("remarks", ()):
        await reviewing.remark(need, RemarkValues(**each), reviewer)
    if state == NeedState.RETURNED:
        await reviewing.send_back(need, reviewer)


def _translations(event_id: int, need: Need, given: Mapping[str, Any]) -> Iterator[Translation]:
    """Yield the translations of a need: machine drafts, but for those that are named as checked."""
    for locale, fields in given.get("translations", {}).items():
        for name, text in fields.items():
            is_checked = name in given["checked"]
            source = texts.of_need(need, TextField(name)).text
            yield Translation(
                event_id=event_id,
                need_id=need.id,
                field=TextField(name),
                locale=locale,
                text=text,
                state=TranslationState.CHECKED if is_checked else TranslationState.MACHINE,
                engine="" if is_checked else ENGINE,
                source_hash=texts.hash_of(source),
                source_text=source,
            )


@atomic
async def _store(translations: Sequence[Translation]) -> None:
    await Translation.bulk_create(translations)
