"""The rules of readiness, each a function from the facts to what is left to do; RULES lists them in groups."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

from i18n import Message, _, ngettext_, pgettext_
from server.plans.concerns import ConcernCode
from server.readiness.facts import Facts

Find = Callable[[Facts], Message | None]
NO_PLAN = _("No plan is published yet.")


class Group(StrEnum):
    """A heading of the page."""

    SET_UP = "set_up"
    PEOPLE = "people"
    NEEDS = "needs"
    PLAN = "plan"
    TEAM = "team"


GROUPS = {
    Group.SET_UP: pgettext_("heading", "The event"),
    Group.PEOPLE: pgettext_("heading", "Participants"),
    Group.NEEDS: _("Needs, languages and wishes"),
    Group.PLAN: pgettext_("heading", "The plan"),
    Group.TEAM: _("E-mails and the team"),
}


@dataclass(frozen=True)
class Rule:
    """A rule. name: what is so once the rule is kept. find: what is left to do, None if it is kept.

    path: below the event's path, where to do it.
    """

    group: Group
    name: Message
    path: str
    find: Find


def _texts(facts: Facts) -> Message | None:
    event = facts.event
    lacking = sum(not texts.get(code) for texts in (event.name, event.place) for code in event.locales)
    return _lacking(lacking)


def _lacking(number: int) -> Message | None:
    if not number:
        return None
    return ngettext_("Missing: %(num)s text in a language", "Missing: %(num)s texts in languages", number)


def _window(facts: Facts) -> Message | None:
    event, zone = facts.event, ZoneInfo(facts.event.time_zone)
    is_early = facts.days is None or event.registration_closes_at.astimezone(zone).date() <= facts.days[0]
    if event.registration_opens_at < event.registration_closes_at and is_early:
        return None
    return _("Registration should close before the first day of the event.")


def _slots(facts: Facts) -> Message | None:
    return None if facts.counts.has_slots else _("Set the days and slots")


def _tables(facts: Facts) -> Message | None:
    return None if facts.counts.tables else _("Set up a hall with tables")


def _programme(facts: Facts) -> Message | None:
    return _lacking(sum(not name.get(code) for name in facts.names for code in facts.event.locales))


def _contact(facts: Facts) -> Message | None:
    return None if facts.event.contact_email else _("Enter the address at which people can ask about the event.")


def _both_sides(facts: Facts) -> Message | None:
    return None if facts.counts.experts and facts.counts.enterprises else _("Add experts and enterprises")


def _complete(facts: Facts) -> Message | None:
    number = facts.counts.drafts
    if not number:
        return None
    return ngettext_("%(num)s registration is not complete", "%(num)s registrations are not complete", number)


def _agreed(facts: Facts) -> Message | None:
    number = facts.counts.not_agreed
    if not number:
        return None
    return ngettext_(
        "%(num)s participant has not given consent yet", "%(num)s participants have not given consent yet", number
    )


def _available(facts: Facts) -> Message | None:
    number = facts.counts.absent
    if not number:
        return None
    return ngettext_(
        "%(num)s participant has no slot for meetings", "%(num)s participants have no slot for meetings", number
    )


def _registered_once(facts: Facts) -> Message | None:
    number = facts.counts.registered_twice
    if not number:
        return None
    return ngettext_(
        "%(num)s enterprise may be registered twice", "%(num)s enterprises may be registered twice", number
    )


def _no_twins(facts: Facts) -> Message | None:
    number = facts.counts.twins
    if not number:
        return None
    return ngettext_("%(num)s pair of experts may be one person", "%(num)s pairs of experts may be one person", number)


def _answered_absences(facts: Facts) -> Message | None:
    number = facts.counts.absence_requests
    return ngettext_("%(num)s request to be absent", "%(num)s requests to be absent", number) if number else None


def _answered_changes(facts: Facts) -> Message | None:
    number = facts.counts.changes_asked
    if not number:
        return None
    return ngettext_("%(num)s requested change of a profile", "%(num)s requested changes of profiles", number)


def _visas(facts: Facts) -> Message | None:
    number = facts.counts.help_wanted
    if not number:
        return None
    return ngettext_("%(num)s expert needs help with a visa", "%(num)s experts need help with a visa", number)


def _needs(facts: Facts) -> Message | None:
    number = facts.counts.without_needs
    if not number:
        return None
    return ngettext_("%(num)s enterprise has not posted a need", "%(num)s enterprises have not posted a need", number)


def _reviewed(facts: Facts) -> Message | None:
    number = facts.counts.to_review
    if not number:
        return None
    return ngettext_("%(num)s need is waiting for review", "%(num)s needs are waiting for review", number)


def _topics_of_needs(facts: Facts) -> Message | None:
    number = sum(not need.topics for need in facts.rows.needs)
    return ngettext_("%(num)s need has no topics", "%(num)s needs have no topics", number) if number else None


def _topics_of_experts(facts: Facts) -> Message | None:
    number = facts.concerned(ConcernCode.NO_TOPICS)
    return ngettext_("%(num)s expert has no topics", "%(num)s experts have no topics", number) if number else None


def _languages(facts: Facts) -> Message | None:
    number = facts.concerned(ConcernCode.NO_INTERPRETER)
    if not number:
        return None
    return ngettext_(
        "Without an interpreter, %(num)s pair cannot meet.",
        "Without an interpreter, %(num)s pairs cannot meet.",
        number,
    )


def _interpreters(facts: Facts) -> Message | None:
    number = facts.counts.absent_interpreters
    if not number:
        return None
    return ngettext_(
        "%(num)s interpreter has no slot for meetings", "%(num)s interpreters have no slot for meetings", number
    )


def _translated(facts: Facts) -> Message | None:
    number = facts.counts.untranslated
    return ngettext_("%(num)s text is not translated", "%(num)s texts are not translated", number) if number else None


def _wishes(facts: Facts) -> Message | None:
    number = facts.counts.without_wishes
    return (
        ngettext_("%(num)s participant has no wishes", "%(num)s participants have no wishes", number)
        if number
        else None
    )


def _promises(facts: Facts) -> Message | None:
    number = facts.concerned(ConcernCode.MINIMUM_ABOVE_LIMIT)
    if not number:
        return None
    return ngettext_(
        "%(num)s participant is promised more meetings than they can have",
        "%(num)s participants are promised more meetings than they can have",
        number,
    )


def _seats(facts: Facts) -> Message | None:
    found = next((each for each in facts.concerns if each.code is ConcernCode.TOO_FEW_SEATS), None)
    if found is None:
        return None
    return ngettext_(
        "%(num)s meeting is wanted or promised. Slots and tables have room for: %(most)s",
        "%(num)s meetings are wanted or promised. Slots and tables have room for: %(most)s",
        found.number,
        most=found.most,
    )


def _published(facts: Facts) -> Message | None:
    return None if facts.plans.in_force else NO_PLAN


def _current(facts: Facts) -> Message | None:
    number = facts.plans.lost_in_force
    if not number:
        return None if facts.plans.in_force else NO_PLAN
    return ngettext_(
        "%(num)s meeting of the published plan can no longer take place",
        "%(num)s meetings of the published plan can no longer take place",
        number,
    )


def _newest(facts: Facts) -> Message | None:
    last = facts.plans.last
    if last is None or not facts.plans.is_ready:
        return None
    return _("Plan %(version)s is waiting to be published", version=last.version)


def _proved(facts: Facts) -> Message | None:
    if not facts.plans.in_force:
        return NO_PLAN
    number = sum(tier["gap"] is None for tier in facts.tiers)
    if not number:
        return None
    return ngettext_(
        "%(num)s goal of the plan has no proven bound. Give the solver more time.",
        "%(num)s goals of the plan have no proven bound. Give the solver more time.",
        number,
    )


def _served(facts: Facts) -> Message | None:
    number = facts.published.unserved
    if not number:
        return None if facts.plans.in_force else NO_PLAN
    return ngettext_(
        "%(num)s participant has no meeting in the published plan",
        "%(num)s participants have no meeting in the published plan",
        number,
    )


def _delivered(facts: Facts) -> Message | None:
    number = facts.counts.undelivered + facts.counts.held_up
    if not number:
        return None
    return ngettext_("%(num)s e-mail could not be delivered", "%(num)s e-mails could not be delivered", number)


def _tasks(facts: Facts) -> Message | None:
    number = sum(task.due_on is not None and task.due_on < facts.today for task in facts.checklist.open)
    return ngettext_("%(num)s task is overdue", "%(num)s tasks are overdue", number) if number else None


RULES: Sequence[Rule] = (
    Rule(Group.SET_UP, _("Name and place are given in all languages of the event"), "/settings", _texts),
    Rule(Group.SET_UP, _("The registration window is set"), "/settings", _window),
    Rule(Group.SET_UP, _("People know where to ask"), "/settings", _contact),
    Rule(Group.SET_UP, _("Days and slots are set"), "/slots", _slots),
    Rule(Group.SET_UP, _("Tables are set up"), "/halls", _tables),
    Rule(Group.SET_UP, _("Programme and halls are given in all languages of the event"), "/plenary", _programme),
    Rule(Group.PEOPLE, _("Experts and enterprises have registered"), "/participants", _both_sides),
    Rule(Group.PEOPLE, _("All registrations are complete"), "/participants?state=draft", _complete),
    Rule(Group.PEOPLE, _("Everybody has given consent"), "/participants?state=not-agreed", _agreed),
    Rule(Group.PEOPLE, _("Everybody is available in some slot"), "/participants?state=no-presence", _available),
    Rule(Group.PEOPLE, _("No enterprise is registered twice"), "/registered-twice", _registered_once),
    Rule(Group.PEOPLE, _("No expert is entered twice"), "/twins", _no_twins),
    Rule(Group.PEOPLE, _("Requests to be absent are answered"), "/absences", _answered_absences),
    Rule(Group.PEOPLE, _("Requested changes are answered"), "/changes", _answered_changes),
    Rule(Group.PEOPLE, _("Requests for help with a visa are settled"), "/travel?state=wanted", _visas),
    Rule(Group.NEEDS, _("Every enterprise has a published need"), "/enterprises?state=no-needs", _needs),
    Rule(Group.NEEDS, _("No need is waiting for review"), "/review", _reviewed),
    Rule(Group.NEEDS, _("Every need has topics"), "/needs", _topics_of_needs),
    Rule(Group.NEEDS, _("Every expert has topics"), "/experts", _topics_of_experts),
    Rule(Group.NEEDS, _("Interpreters cover all pairs of languages"), "/interpreters", _languages),
    Rule(Group.NEEDS, _("Every interpreter is available"), "/interpreters?state=no-presence", _interpreters),
    Rule(Group.NEEDS, _("All texts are translated"), "/translations?state=missing", _translated),
    Rule(Group.NEEDS, _("Everybody has answered with wishes"), "/participants?state=no-wishes", _wishes),
    Rule(Group.PLAN, _("Promised meetings are possible"), "/plans/rules", _promises),
    Rule(Group.PLAN, _("Slots and tables have room for all meetings"), "/halls", _seats),
    Rule(Group.PLAN, _("A plan is published"), "/plans", _published),
    Rule(Group.PLAN, _("The published plan is up to date"), "/plans", _current),
    Rule(Group.PLAN, _("No newer plan is waiting to be published"), "/plans", _newest),
    Rule(Group.PLAN, _("The quality of the published plan is proven"), "/plans", _proved),
    Rule(Group.PLAN, _("Everybody has a meeting in the published plan"), "/plans", _served),
    Rule(Group.TEAM, _("All e-mails are delivered"), "/emails?state=failed", _delivered),
    Rule(Group.TEAM, _("No task of the checklist is overdue"), "/tasks", _tasks),
)


@dataclass(frozen=True)
class Answer:
    """What a rule has found. to_do: None if it is kept."""

    rule: Rule
    to_do: Message | None


def answers(facts: Facts) -> Sequence[Answer]:
    """Return what each rule finds, in the order of the page."""
    return [Answer(rule, rule.find(facts)) for rule in RULES]
