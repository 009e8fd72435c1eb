"""The sentences for what the engine and the plan's states say in codes."""

from collections.abc import Mapping

from i18n import Message, _, ngettext_, pgettext_
from matching.plan import Rule
from server.models import PlanState
from server.plans.concerns import Code
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
    Failure.NO_PLAN: _("The time ended before a plan was found. Ask again with more time."),
    Failure.CRASHED: _("The solver broke down. The log of the server says why."),
    Failure.OVERRAN: _("The solver did not end in its time and was stopped. Ask again with more time."),
    Failure.CANCELLED: _("The making of this plan was cancelled before the solver held one."),
    Failure.CHANGED: _("The event changed while this plan was being made. Ask for a new one."),
    Failure.FAULTY: _(
        "What the solver answered does not keep the rules and was not kept. The log of the server says why."
    ),
}

PHASES: Mapping[str, Message] = {
    "read": _("Reading the problem"),
    "presolve": _("Leaving out what cannot be held"),
    "choose": _("Choosing who meets whom"),
    "improve": _("Taking out breaks and table changes"),
    "explain": _("Finding the reasons"),
    "end": _("Writing the plan"),
}
WORKING = _("The solver is at work")

# Name, and what is counted.
TIERS: Mapping[str, tuple[Message, Message]] = {
    "shortfall": (_("Shortfall"), _("Meetings below the promised minimum, all together; less is better")),
    "neediest": (_("Largest shortfall"), _("Of any one party; less is better")),
    "dropped": (_("Meetings dropped"), _("Of those that people hold now; less is better")),
    "value": (_("Value"), _("Sum of the value of the pairs that meet; more is better")),
    "disturbed": (_("Affected"), _("Parties with a changed meeting; less is better")),
    "breaks": (_("Breaks"), _("Idle slots in a row between two meetings; less is better")),
    "worst": (_("Most breaks"), _("Of any one party; less is better")),
    "moves": (_("Table changes"), _("Tables of a party in a day beyond its first; less is better")),
}

RULES: Mapping[Rule, Message] = {
    Rule.H1: _("A pair meets at most once."),
    Rule.H2: _("Nobody is in two meetings at once."),
    Rule.H3: _("Both are there, in a slot that the pair allows."),
    Rule.H4: _("One meeting at a table, each at the own table where there is one."),
    Rule.H5: _("An interpreter serves wherever no language is shared, one meeting at a time, with rest."),
    Rule.H6: _("Nobody has more meetings than their limit."),
    Rule.H7: _("The pair was required."),
    Rule.H8: _("The meeting was pinned."),
    Rule.H9: _("One meeting follows another."),
    Rule.H10: _("There is time to walk between halls."),
}


# What is in the way, where nobody need be named.
HINDRANCES: Mapping[Code, Message] = {
    Code.NO_SLOTS: _("There are no slots in which meetings can be."),
    Code.NO_TABLES: _("There are no tables."),
    Code.NO_EXPERTS: _("No expert has registered yet."),
    Code.NO_ENTERPRISES: _("No enterprise has registered yet."),
    Code.NO_EMBEDDING: WITHOUT_EMBEDDING,
}


def concern(code: Code, *, num: int, most: int, names: str, one: str, other: str) -> Message:
    """A sentence on what is in the way. names: of some of the parties. one, other: languages of the two sides."""
    if code in HINDRANCES:
        return HINDRANCES[code]
    if code is Code.TOO_FEW_SEATS:
        return _("%(wanted)s meetings are wanted, %(most)s fit into the slots and tables.", wanted=num, most=most)
    if code is Code.NO_INTERPRETER:
        return ngettext_(
            "Nobody interprets between %(one)s and %(other)s: %(num)s pair cannot meet.",
            "Nobody interprets between %(one)s and %(other)s: %(num)s pairs cannot meet.",
            num,
            one=one,
            other=other,
        )
    return _of_parties(num, names)[code]


def _of_parties(num: int, names: str) -> Mapping[Code, Message]:
    """What is in the way of so many parties. names: of some of them."""
    return {
        Code.NO_PRESENCE: ngettext_(
            "%(num)s party is there in no slot: %(names)s.",
            "%(num)s parties are there in no slot: %(names)s.",
            num,
            names=names,
        ),
        Code.NO_TOPICS: ngettext_(
            "%(num)s expert has chosen no topic: %(names)s.",
            "%(num)s experts have chosen no topic: %(names)s.",
            num,
            names=names,
        ),
        Code.NO_NEEDS: ngettext_(
            "%(num)s enterprise has no published need: %(names)s.",
            "%(num)s enterprises have no published need: %(names)s.",
            num,
            names=names,
        ),
        Code.NO_LANGUAGES: ngettext_(
            "%(num)s party has named no language: %(names)s.",
            "%(num)s parties have named no language: %(names)s.",
            num,
            names=names,
        ),
        Code.LIMIT_ABOVE_PRESENCE: ngettext_(
            "%(num)s party may hold more meetings than it is there for: %(names)s.",
            "%(num)s parties may hold more meetings than they are there for: %(names)s.",
            num,
            names=names,
        ),
        Code.MINIMUM_ABOVE_LIMIT: ngettext_(
            "%(num)s party is promised more meetings than it can hold: %(names)s.",
            "%(num)s parties are promised more meetings than they can hold: %(names)s.",
            num,
            names=names,
        ),
    }
