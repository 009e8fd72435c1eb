"""Meetings that can no longer be held, as organisers and the people in them read of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from i18n import Message, _
from server.plans.directory import Directory
from server.plans.staleness import Lost, Why

# For organisers.
OF_ITSELF: Mapping[Why, Message] = {
    Why.VETO: _("One of the two does not want this meeting."),
    Why.UNFIT: _("An organiser says that the two do not fit."),
    Why.UNTOLD: _("A need keeps the name of the enterprise back, and the two have not both wished to meet."),
    Why.SLOT_GONE: _("The event no longer has this slot."),
    Why.SLOT_MOVED: _("The slot has other times now."),
    Why.PROGRAMME: _("The programme takes this time."),
    Why.TABLE_GONE: _("The table is removed."),
    Why.OTHER_TABLE: _("The table belongs to another party, or one of the two has a table of its own."),
    Why.INTERPRETER_MISSING: _("The two share no language, and nobody interprets."),
}
BEGUN = _("The meeting has begun or is over, and the plan would change it.")


@dataclass(frozen=True)
class ShownLoss:
    """A line of the list. slot's own times."""

    start_at: datetime
    end_at: datetime
    expert: str
    enterprise: str
    why: Message


def shown(found: Iterable[Lost], places: Directory, locale: str) -> list[ShownLoss]:
    return [_line(each, places, locale) for each in found]


def _line(each: Lost, places: Directory, locale: str) -> ShownLoss:
    slot = places.slots[each.meeting.slot_id]
    return ShownLoss(
        start_at=slot.start_at,
        end_at=slot.end_at,
        expert=places.party(each.meeting.expert_id, locale),
        enterprise=places.party(each.meeting.enterprise_id, locale),
        why=why(each, places, locale),
    )


def why(each: Lost, places: Directory, locale: str) -> Message:
    """The reason, for organisers."""
    if each.why in OF_ITSELF:
        return OF_ITSELF[each.why]
    key = int(each.who[1:])
    name = places.interpreter(key, locale) if each.who.startswith("i") else places.party(key, locale)
    return _about(each.why, name)


def _about(why: Why, who: str) -> Message:
    """who: the name of an expert, an enterprise or an interpreter."""
    sentences = {
        # Translators: who: the name of an expert or an enterprise
        Why.PARTY_GONE: _("Takes part no longer: %(who)s", who=who),
        # Translators: who: the name of an enterprise
        Why.NEED_GONE: _("The need that the meeting is about is withdrawn: %(who)s", who=who),
        # Translators: who: the name of an expert or an enterprise
        Why.PARTY_ABSENT: _("Not there at this time: %(who)s", who=who),
        # Translators: who: the name of an expert or an enterprise
        Why.TOO_MANY_AT_ONCE: _("More meetings at this time than wanted: %(who)s", who=who),
        # Translators: who: the name of an expert or an enterprise
        Why.OVER_LIMIT: _("More meetings than wanted: %(who)s", who=who),
        # Translators: who: the name of an interpreter
        Why.INTERPRETER_GONE: _("Interprets at this event no longer: %(who)s", who=who),
        # Translators: who: the name of an interpreter
        Why.INTERPRETER_ABSENT: _("Cannot interpret at this time: %(who)s", who=who),
        # Translators: who: the name of an interpreter
        Why.INTERPRETER_UNABLE: _("Does not interpret between the languages of the two: %(who)s", who=who),
        # Translators: who: the name of an interpreter
        Why.INTERPRETER_BUSY: _("Would interpret more than agreed: %(who)s", who=who),
    }
    return sentences[why]
