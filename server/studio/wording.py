"""Texts for codes of the engine and states of plans."""

from collections.abc import Mapping
from typing import Any

from i18n import Message, _, ngettext_, pgettext_
from matching.plan import Rule
from server.models import PlanState
from server.plans import hindrances
from server.plans.concerns import ConcernCode
from server.plans.hindrances import Lack
from server.plans.service import Failure
from server.scores.wording import WITHOUT_EMBEDDING

STATES: Mapping[PlanState, Message] = {
    PlanState.QUEUED: pgettext_("state of a plan", "Queued"),
    PlanState.RUNNING: pgettext_("state of a plan", "Running"),
    PlanState.READY: pgettext_("state of a plan", "Ready"),
    PlanState.INFEASIBLE: pgettext_("state of a plan", "Infeasible"),
    PlanState.FAILED: pgettext_("state of a plan", "Failed"),
    PlanState.PUBLISHED: pgettext_("state of a plan", "Published"),
    PlanState.SUPERSEDED: pgettext_("state of a plan", "Superseded"),
}

FAILURES: Mapping[Failure, Message] = {
    Failure.NO_PLAN: _("The time ended before a plan was found. Try again with more time."),
    Failure.CRASHED: _("The solver stopped because of an error. See the server log."),
    Failure.OVERRAN: _("The solver exceeded its time limit and was stopped. Try again with more time."),
    Failure.CANCELLED: _("Planning was stopped before a plan was found."),
    Failure.CHANGED: _("The event changed while this plan was being made. Make a new plan."),
    Failure.FAULTY: _("The result broke the rules and was discarded. See the server log."),
}

PHASES: Mapping[str, Message] = {
    "read": _("Reading the data"),
    "presolve": _("Leaving out impossible meetings"),
    "choose": _("Choosing the meetings"),
    "improve": _("Reducing breaks and table changes"),
    "explain": _("Finding the reasons"),
    "end": _("Saving the plan"),
}
WORKING = _("The solver is running")

# Name of each tier, and what it counts.
TIERS: Mapping[str, tuple[Message, Message]] = {
    # Translators: meetings that are missing to the promised minimum
    "shortfall": (pgettext_("goal", "Shortfall"), _("Number of meetings below the promised minimum; fewer is better")),
    "neediest": (pgettext_("goal", "Largest shortfall"), _("The highest for any single participant; fewer is better")),
    "dropped": (pgettext_("goal", "Meetings dropped"), _("Current meetings that the plan drops; fewer is better")),
    # Translators: how much a meeting is worth, never money
    "value": (pgettext_("goal", "Value"), _("Sum of the values of all planned meetings; more is better")),
    "disturbed": (
        pgettext_("goal", "Affected participants"),
        _("Participants with a changed meeting; fewer is better"),
    ),
    # Translators: idle time between a participant’s meetings
    "breaks": (pgettext_("goal", "Breaks"), _("Periods of free slots between two meetings; fewer is better")),
    "worst": (pgettext_("goal", "Most breaks"), _("The highest for any single participant; fewer is better")),
    "moves": (pgettext_("goal", "Table changes"), _("Extra tables a participant uses in a day; fewer is better")),
}

RULES: Mapping[Rule, Message] = {
    Rule.H1: _("A pair meets at most once."),
    Rule.H2: _("Each person takes part in only one meeting at a time."),
    Rule.H3: _("Both sides are available, and the pair may meet in the slot."),
    Rule.H4: _("A table has one meeting at a time. Participants with a fixed table meet only at that table."),
    Rule.H5: _("If the two sides have no common language, an interpreter joins: one meeting at a time, with rest."),
    Rule.H6: _("No participant has more meetings, or more meetings in a row, than the limit."),
    Rule.H7: _("The meeting of this pair is required."),
    Rule.H8: _("The meeting is pinned."),
    Rule.H9: _("One meeting must follow another."),
    Rule.H10: _("The time between meetings is enough to walk between halls."),
}


# Concerns without names.
HINDRANCES: Mapping[ConcernCode, Message] = {
    ConcernCode.NO_SLOTS: _("No slots are available for meetings."),
    ConcernCode.NO_TABLES: _("There are no tables."),
    ConcernCode.NO_EXPERTS: _("No experts have registered yet."),
    ConcernCode.NO_ENTERPRISES: _("No enterprises have registered yet."),
    ConcernCode.NO_EMBEDDING: WITHOUT_EMBEDDING,
}


def failure(progress: Mapping[str, Any]) -> Message:
    """Return why a plan failed. progress: of the plan."""
    code = Failure(progress["failure"])
    if code is Failure.LACKING:
        return hindrances.said(Lack(progress["lack"]), progress["points"])
    return FAILURES[code]


def concern(code: ConcernCode, *, num: int, most: int, names: str, one: str, other: str) -> Message:
    """Return a sentence about a concern. names: of some parties. one, other: languages of the two sides."""
    if code in HINDRANCES:
        return HINDRANCES[code]
    if code is ConcernCode.TOO_FEW_SEATS:
        # Translators: wanted, most: numbers of meetings
        return _(
            "Meetings wanted: %(wanted)s. Meetings possible with these slots and tables: %(most)s.",
            wanted=num,
            most=most,
        )
    if code is ConcernCode.NO_INTERPRETER:
        # Translators: one, other: languages of the two sides, each one or several names
        return ngettext_(
            "No interpreter: %(one)s ⇄ %(other)s. %(num)s pair cannot meet.",
            "No interpreter: %(one)s ⇄ %(other)s. %(num)s pairs cannot meet.",
            num,
            one=one,
            other=other,
        )
    return _of_parties(num, names)[code]


def _of_parties(num: int, names: str) -> Mapping[ConcernCode, Message]:
    """Return the sentences about participants who lack something. names: of some of them."""
    return _of_missing_entries(num, names) | _of_limits(num, names)


def _of_missing_entries(num: int, names: str) -> dict[ConcernCode, Message]:
    return {
        # Translators: names: of participants
        ConcernCode.NO_PRESENCE: ngettext_(
            "%(num)s participant has marked no slots: %(names)s.",
            "%(num)s participants have marked no slots: %(names)s.",
            num,
            names=names,
        ),
        # Translators: names: of experts
        ConcernCode.NO_TOPICS: ngettext_(
            "%(num)s expert has not chosen a topic: %(names)s.",
            "%(num)s experts have not chosen a topic: %(names)s.",
            num,
            names=names,
        ),
        # Translators: names: of enterprises
        ConcernCode.NO_NEEDS: ngettext_(
            "%(num)s enterprise has no published need: %(names)s.",
            "%(num)s enterprises have no published need: %(names)s.",
            num,
            names=names,
        ),
        # Translators: names: of participants
        ConcernCode.NO_LANGUAGES: ngettext_(
            "%(num)s participant has not entered a language: %(names)s.",
            "%(num)s participants have not entered a language: %(names)s.",
            num,
            names=names,
        ),
    }


def _of_limits(num: int, names: str) -> dict[ConcernCode, Message]:
    return {
        # Translators: names: of participants
        ConcernCode.LIMIT_ABOVE_PRESENCE: ngettext_(
            "%(num)s participant has a meeting limit above the number of available slots: %(names)s.",
            "%(num)s participants have a meeting limit above the number of available slots: %(names)s.",
            num,
            names=names,
        ),
        # Translators: names: of participants
        ConcernCode.MINIMUM_ABOVE_LIMIT: ngettext_(
            "%(num)s participant is promised more meetings than possible: %(names)s.",
            "%(num)s participants are promised more meetings than possible: %(names)s.",
            num,
            names=names,
        ),
    }
