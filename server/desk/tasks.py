"""What an organiser would do next, by what there is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from i18n import Message, _, formats, ngettext_, pgettext_
from server.desk.service import Counts, Plans
from server.models import Plan, PlanState
from server.plans.concerns import Concern


@dataclass(frozen=True)
class Task:
    """Something to do next: what, why, and where. path: below the event's own. post: what the button posts there."""

    what: Message
    why: Message
    path: str
    button: Message
    post: Mapping[str, str] | None = None


def tasks(found: Counts, plans: Plans, unjoined: Sequence[Concern], locale: str, *, seconds: int = 60) -> list[Task]:
    """What an organiser would do next, the most pressing first.

    locale: of the reader, for names of languages. seconds: how long a plan is searched for that a button asks for.
    """
    last, people = plans.last, bool(found.experts and found.enterprises)
    is_none = plans.in_force is None and not plans.is_under_way
    rules: list[tuple[bool, Callable[[], Task]]] = [
        (not found.has_slots, _set_days),
        (not found.tables, _set_tables),
        (found.undelivered > 0, lambda: _undelivered(found.undelivered)),
        (found.absence_requests > 0, lambda: _absence_requests(found.absence_requests)),
        (plans.lost_in_force > 0 and not plans.is_ready, lambda: _repair(plans, seconds)),
        (plans.is_ready, lambda: _publish(last)),
        (plans.in_force is None and plans.is_under_way, lambda: _wait(last)),
        (
            last is not None and last.state is PlanState.READY and plans.lost > 0 and not plans.lost_in_force,
            lambda: _plan_again(plans, seconds),
        ),
        (found.absent_experts > 0, lambda: _absent_experts(found.absent_experts)),
        (found.absent_enterprises > 0, lambda: _absent_enterprises(found.absent_enterprises)),
        (found.absent_interpreters > 0, lambda: _absent_interpreters(found.absent_interpreters)),
        (bool(unjoined), lambda: _add_interpreters(unjoined[0], locale)),
        (not found.experts and not found.enterprises, _bring_people),
        (found.registered_twice > 0, lambda: _registered_twice(found.registered_twice)),
        (found.drafts > 0, lambda: _drafts(found.drafts)),
        (found.not_agreed > 0, lambda: _not_agreed(found.not_agreed)),
        (found.without_needs > 0, lambda: _without_needs(found.without_needs)),
        (found.without_wishes > 0 and last is None, lambda: _without_wishes(found.without_wishes)),
        (last is None and people, _make_a_plan),
        (last is not None and last.state is not PlanState.READY and is_none and people, _make_another),
    ]
    return [make() for applies, make in rules if applies]


def _set_days() -> Task:
    why = _("Nobody can say when they are there before the slots stand.")
    return Task(_("Set the days and slots"), why, "/slots", _("Days and slots"))


def _set_tables() -> Task:
    why = _("Every meeting takes a table.")
    return Task(_("Set up a hall with tables"), why, "/halls", _("Halls and tables"))


def _undelivered(number: int) -> Task:
    what = ngettext_("%(num)s e-mail could not be delivered", "%(num)s e-mails could not be delivered", number)
    why = _("Correct the addresses, or try again.")
    return Task(what, why, "/emails?state=failed", pgettext_("place", "E-mails"))


def _absence_requests(number: int) -> Task:
    what = ngettext_("%(num)s request to be absent", "%(num)s requests to be absent", number)
    why = _("People want to leave slots in which they have published meetings. They wait for your answer.")
    return Task(what, why, "/absences", pgettext_("a request", "Decide"))


def _publish(plan: Plan | None) -> Task:
    assert plan is not None
    why = _("People see it, and get a letter, once you publish it.")
    return Task(_("Publish plan %(version)s", version=plan.version), why, f"/plans/{plan.id}", _("Look at the plan"))


NO_MEETINGS = _("No plan can hold a meeting for those who are there in no slot.")


def _absent_experts(number: int) -> Task:
    what = ngettext_("%(num)s expert has no slot for meetings", "%(num)s experts have no slot for meetings", number)
    return Task(what, NO_MEETINGS, "/experts?state=no-presence", _("Who they are"))


def _absent_enterprises(number: int) -> Task:
    what = ngettext_(
        "%(num)s enterprise has no slot for meetings", "%(num)s enterprises have no slot for meetings", number
    )
    return Task(what, NO_MEETINGS, "/enterprises?state=no-presence", _("Who they are"))


def _absent_interpreters(number: int) -> Task:
    what = ngettext_(
        "%(num)s interpreter has no slot for meetings", "%(num)s interpreters have no slot for meetings", number
    )
    return Task(what, NO_MEETINGS, "/interpreters?state=no-presence", _("Who they are"))


def _repair(plans: Plans, seconds: int) -> Task:
    what = ngettext_(
        "%(num)s meeting of the published plan can no longer be held",
        "%(num)s meetings of the published plan can no longer be held",
        plans.lost_in_force,
    )
    why = _("People, slots, tables or the programme have changed. A repair moves as little as possible.")
    if plans.is_under_way and plans.last is not None:
        return Task(what, why, f"/plans/{plans.last.id}", _("Watch the plan being made"))
    asked = {"preset": "repair", "seconds": str(seconds)}
    return Task(what, why, "/plans", _("Propose a repair"), asked)


def _plan_again(plans: Plans, seconds: int) -> Task:
    assert plans.last is not None
    what = ngettext_(
        "Plan %(version)s no longer fits: %(num)s meeting cannot be held",
        "Plan %(version)s no longer fits: %(num)s meetings cannot be held",
        plans.lost,
        version=plans.last.version,
    )
    why = _("People, slots, tables or the programme have changed since it was made.")
    asked = {"preset": "fresh" if plans.in_force is None else "repair", "seconds": str(seconds)}
    return Task(what, why, "/plans", _("Make a new plan"), asked)


def _wait(plan: Plan | None) -> Task:
    assert plan is not None
    why = _("Nothing is published yet. Look at the plan once it is there.")
    what = _("Plan %(version)s is being made", version=plan.version)
    return Task(what, why, f"/plans/{plan.id}", _("Watch the plan being made"))


def _make_another() -> Task:
    why = _("The last one brought no plan that can be published.")
    return Task(_("Make another plan"), why, "/plans", _("Plans"))


def _add_interpreters(concern: Concern, locale: str) -> Task:
    one, other = (
        formats.sequence([formats.language(tag, locale) for tag in tags], locale, style="or")
        for tags in concern.languages
    )
    what = _("Add an interpreter: %(one)s ⇄ %(other)s", one=one, other=other)
    why = ngettext_("Without one, %(num)s pair cannot meet.", "Without one, %(num)s pairs cannot meet.", concern.number)
    return Task(what, why, "/interpreters", _("Interpreters"))


def _bring_people() -> Task:
    why = _("From a spreadsheet, or by sending them the event's address.")
    return Task(_("Bring in experts and enterprises"), why, "/import", _("Import"))


def _registered_twice(number: int) -> Task:
    what = ngettext_(
        "%(num)s enterprise may be registered twice", "%(num)s enterprises may be registered twice", number
    )
    why = _(
        "Several registrations have the same or nearly the same name. Join them, or say that they are different firms."
    )
    return Task(what, why, "/registered-twice", pgettext_("of registrations", "Compare them"))


def _drafts(number: int) -> Task:
    what = ngettext_("%(num)s registration is not complete", "%(num)s registrations are not complete", number)
    return Task(what, _("A draft takes no part in any plan."), "/participants?state=draft", _("Who they are"))


def _not_agreed(number: int) -> Task:
    what = ngettext_("%(num)s participant has not agreed yet", "%(num)s participants have not agreed yet", number)
    why = _("The other side is shown nothing of them until they agree. Send them the invitation again.")
    return Task(what, why, "/participants?state=not-agreed", _("Who they are"))


def _without_needs(number: int) -> Task:
    what = ngettext_("%(num)s enterprise has posted no need", "%(num)s enterprises have posted no need", number)
    return Task(what, _("Experts are found by needs."), "/enterprises?state=no-needs", _("Who they are"))


def _without_wishes(number: int) -> Task:
    what = ngettext_("%(num)s participant has wished for nobody", "%(num)s participants have wished for nobody", number)
    return Task(
        what, _("Without wishes the plan goes by topics alone."), "/participants?state=no-wishes", _("Who they are")
    )


def _make_a_plan() -> Task:
    why = _("A trial costs nothing: nobody sees it before it is published.")
    return Task(_("Make a first plan"), why, "/plans", _("Plans"))
