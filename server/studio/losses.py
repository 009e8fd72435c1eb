"""Texts about meetings that have become impossible, for organisers and for the people in them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from i18n import Message, _
from server.plans.directory import Directory
from server.plans.staleness import Lost, Why

# For organisers.
OF_ITSELF: Mapping[Why, Message] = {
    Why.VETO: _("One side does not want this meeting."),
    Why.UNFIT: _("The organiser’s assessment is that the pair does not match."),
    Why.BARRED: _("A rule of the organiser excludes this meeting."),
    Why.UNTOLD: _("The enterprise hides its name, and the two sides have not both wished to meet."),
    Why.SLOT_GONE: _("The event no longer has this slot."),
    Why.SLOT_MOVED: _("The time of the slot has changed."),
    Why.PROGRAMME: _("A programme item takes place at this time."),
    Why.TABLE_GONE: _("The table was removed."),
    Why.TABLE_CLOSED: _("The table is not available at this time."),
    Why.OTHER_TABLE: _("The table is fixed for another participant, or one side has its own fixed table."),
    Why.INTERPRETER_MISSING: _("The two sides have no common language and no interpreter."),
}
BEGUN = _("The meeting has begun or ended. The plan would change it.")


@dataclass(frozen=True)
class ShownLoss:
    """A line of the list. Times are the slot's own."""

    start_at: datetime
    end_at: datetime
    expert: str
    enterprise: str
    why: Message


def shown(found: Iterable[Lost], places: Directory, locale: str) -> list[ShownLoss]:
    """Return the lines of the list of impossible meetings."""
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
    """Return the reason, for organisers."""
    if each.why in OF_ITSELF:
        return OF_ITSELF[each.why]
    key = int(each.who[1:])
    name = places.interpreter(key, locale) if each.who.startswith("i") else places.party(key, locale)
    return about(each.why, name)


def about(why: Why, who: str) -> Message:
    """Return the reason with a name. who: name of an expert, enterprise or interpreter."""
    sentences = {
        # Translators: who: the name of an expert or an enterprise
        Why.PARTY_GONE: _("No longer takes part: %(who)s", who=who),
        # Translators: who: the name of an enterprise
        Why.NEED_GONE: _("The need for this meeting is withdrawn or past its deadline: %(who)s", who=who),
        # Translators: who: the name of an expert or an enterprise
        Why.PARTY_ABSENT: _("Not available at this time: %(who)s", who=who),
        # Translators: who: the name of an enterprise
        Why.DELEGATES_ABSENT: _("The delegates named for the need are not there at this time: %(who)s", who=who),
        # Translators: who: the name of an expert or an enterprise
        Why.TOO_MANY_AT_ONCE: _("Too many meetings at this time: %(who)s", who=who),
        # Translators: who: the name of an expert or an enterprise
        Why.OVER_LIMIT: _("More meetings than the limit: %(who)s", who=who),
        # Translators: who: the name of an interpreter
        Why.INTERPRETER_GONE: _("No longer interprets at this event: %(who)s", who=who),
        # Translators: who: the name of an interpreter
        Why.INTERPRETER_ABSENT: _("Cannot interpret at this time: %(who)s", who=who),
        # Translators: who: the name of an interpreter
        Why.INTERPRETER_UNABLE: _("Does not interpret between the languages of this pair: %(who)s", who=who),
        # Translators: who: the name of an interpreter
        Why.INTERPRETER_BUSY: _("Interprets more than agreed: %(who)s", who=who),
    }
    return sentences[why]
