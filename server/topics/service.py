"""Add, change and remove an event's own topics. Each public function is one transaction."""

import secrets
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

from tortoise.expressions import Subquery

from i18n import _, ngettext_
from matching.affinity import SchemeError, scheme
from server.db import atomic, lock
from server.edits import UNSEEN, Edit
from server.errors import NotFound, Refused, refuse_first
from server.models import Event, Need, NeedState, Registration
from server.topics.values import OwnTopic, TopicValues

MAX_OWN = 100


class Contradicts(Refused):
    """The topic does not agree with the scheme in a way that its form cannot find: others changed meanwhile."""

    def __init__(self) -> None:
        super().__init__(_("This topic contradicts the topic scheme. Check its name, keywords and position."))


def own(event: Event) -> list[OwnTopic]:
    """Return the event's own topics that exist, in the order in which they were added."""
    return [OwnTopic(**stored) for stored in event.own_topics or ()]


def own_topic(event: Event, topic: str) -> OwnTopic:
    """Return the event's own topic with this id. Raises NotFound."""
    found = next((each for each in own(event) if each.id == topic), None)
    if found is None:
        raise NotFound
    return found


async def refusals(event: Event, *, adds: bool = True) -> AsyncIterator[Refused]:
    """Yield why the event cannot have another topic. adds: whether one is added at all."""
    if adds and len(own(event)) >= MAX_OWN:
        yield Refused(
            ngettext_(
                "An event can have at most %(num)s topic of its own.",
                "An event can have at most %(num)s topics of its own.",
                MAX_OWN,
            )
        )


@atomic
async def add(event: Event, values: TopicValues) -> str:
    """Add a topic and return its id. Raises Contradicts, Refused.

    Ids are never reused, because profiles may still have chosen a removed topic.
    """
    event = await _locked(event)
    await refuse_first(refusals(event))
    id = f"{values.parent.partition('.')[0]}.own{secrets.token_hex(4)}"
    await _keep(event, [*own(event), OwnTopic(id=id, **values.columns())], id)
    return id


@atomic
async def change(event: Event, topic: str, values: TopicValues, edit: Edit = UNSEEN) -> None:
    """Change a topic; its id stays, and it stays chosen where it was chosen.

    Raises NotFound, EditConflict, and Contradicts if the topic would leave its field.
    """
    event = await _locked(event)
    now = own_topic(event, topic)
    changed = replace(now, **edit.merged(values, now).columns())
    await _keep(event, [changed if each.id == topic else each for each in own(event)], topic)


@atomic
async def remove(event: Event, topic: str) -> None:
    """Remove a topic from the scheme and from all profiles and needs. Raises NotFound."""
    event = await _locked(event)
    own_topic(event, topic)
    for party in await Registration.filter(event_id=event.id).order_by("id").select_for_update(no_key=True):
        if topic in party.topics:
            await Registration.filter(id=party.id).update(topics=_without(topic, party.topics))
    parties = Subquery(Registration.filter(event_id=event.id).values("id"))
    for need in await Need.filter(registration_id__in=parties).order_by("id").select_for_update(no_key=True):
        if topic in (*need.topics, *need.must_topics):
            topics, must = (_without(topic, each) for each in (need.topics, need.must_topics))
            await Need.filter(id=need.id).update(topics=topics, must_topics=must)
    stay = [each.without(topic).columns() for each in own(event) if each.id != topic]
    await Event.filter(id=event.id).update(own_topics=stay or None)


async def uses(event: Event) -> Counter[str]:
    """Return by topic how many profiles and needs of the event chose it, without withdrawn ones. Two queries."""
    profiles = await Registration.filter(event_id=event.id, withdrawn_at=None).values_list("topics", flat=True)
    standing = Need.filter(registration__event_id=event.id, registration__withdrawn_at=None)
    needs = await standing.exclude(state=NeedState.WITHDRAWN).values_list("topics", flat=True)
    return Counter(topic for topics in (*profiles, *needs) for topic in topics)


async def _locked(event: Event) -> Event:
    """Return the event as stored, locked until the transaction ends."""
    await lock(Event, event.id)
    return await Event.get(id=event.id)


async def _keep(event: Event, topics: Sequence[OwnTopic], changed: str) -> None:
    entries = [each.columns() for each in topics]
    try:
        scheme().extended(entries)
    except SchemeError as error:
        if any(topic == changed for topic, _fault in error.faults):
            raise Contradicts from None
    await Event.filter(id=event.id).update(own_topics=entries)


def _without(topic: str, topics: Sequence[str]) -> list[str]:
    return [each for each in topics if each != topic]
