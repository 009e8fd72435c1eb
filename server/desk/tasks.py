"""The organiser's checklist: what to do next."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from i18n import Message, _, formats, ngettext_, pgettext_
from server.desk.phases import Phase
from server.desk.service import EventCounts, PlanOverview
from server.models import Plan, PlanState
from server.plans.concerns import Concern

# Codes of all tasks that are computed from the data.
CODES = frozenset(
    [
        *("slots", "tables", "undelivered", "held-up", "absences", "changes", "repair", "publish", "wait"),
        *("plan-again", "visa-help", "absent-experts", "absent-enterprises", "absent-interpreters", "interpreters"),
        *("people", "registered-twice", "twins", "review", "drafts", "consents", "needs", "wishes", "undrafted"),
        *("untranslated", "plan", "another-plan"),
    ]
)
# What comes first in a phase; while preparing, the order of the rules.
FIRST: Mapping[Phase, Sequence[str]] = {
    Phase.PREPARING: (),
    Phase.WEEK: ("repair", "publish", "plan-again", "plan", "another-plan", "absences", "changes", "undelivered"),
    Phase.DAY: ("repair", "publish", "absences", "undelivered", "held-up", "plan-again"),
}


@dataclass(frozen=True)
class Task:
    """A task: what to do, why, and a link. path: below the event's path. post: form values that its button sends.

    code: of its rule, under which the checklist keeps who does it.
    """

    what: Message
    why: Message
    path: str
    button: Message
    post: Mapping[str, str] | None = None
    code: str = ""


def tasks(
    found: EventCounts,
    plans: PlanOverview,
    unjoined: Sequence[Concern],
    locale: str,
    *,
    seconds: int = 60,
    phase: Phase = Phase.PREPARING,
) -> list[Task]:
    """Return the organiser's next tasks, most urgent first.

    locale: of the reader, for names of languages. seconds: time limit of a plan that a button starts. phase: in which
    the tasks are looked at.
    """
    rules = _rules(found, plans, unjoined, locale, seconds)
    found_now = [replace(make(), code=code) for code, applies, make in rules if applies]
    return sorted(found_now, key=lambda task: _rank(task.code, phase))


def _rules(
    found: EventCounts, plans: PlanOverview, unjoined: Sequence[Concern], locale: str, seconds: int
) -> list[tuple[str, bool, Callable[[], Task]]]:
    """Return (code, whether it applies, how to make it) of each task, most urgent first."""
    last, people = plans.last, bool(found.experts and found.enterprises)
    is_waiting = last is not None and last.state is PlanState.READY
    is_none = plans.in_force is None and not plans.is_under_way
    return [
        ("slots", not found.has_slots, _set_days),
        ("tables", not found.tables, _set_tables),
        ("undelivered", found.undelivered > 0, lambda: _undelivered(found.undelivered)),
        ("held-up", found.held_up > 0, lambda: _held_up(found.held_up)),
        ("absences", found.absence_requests > 0, lambda: _absence_requests(found.absence_requests)),
        ("changes", found.changes_asked > 0, lambda: _changes_asked(found.changes_asked)),
        ("repair", plans.lost_in_force > 0 and not plans.is_ready, lambda: _repair(plans, seconds)),
        ("publish", plans.is_ready, lambda: _publish(last)),
        ("wait", plans.in_force is None and plans.is_under_way, lambda: _wait(last)),
        ("plan-again", is_waiting and plans.lost > 0 and not plans.lost_in_force, lambda: _plan_again(plans, seconds)),
        ("visa-help", found.help_wanted > 0, lambda: _help_wanted(found.help_wanted)),
        ("absent-experts", found.absent_experts > 0, lambda: _absent_experts(found.absent_experts)),
        ("absent-enterprises", found.absent_enterprises > 0, lambda: _absent_enterprises(found.absent_enterprises)),
        ("absent-interpreters", found.absent_interpreters > 0, lambda: _absent_interpreters(found.absent_interpreters)),
        ("interpreters", bool(unjoined), lambda: _add_interpreters(unjoined[0], locale)),
        ("people", not found.experts and not found.enterprises, _bring_people),
        ("registered-twice", found.registered_twice > 0, lambda: _registered_twice(found.registered_twice)),
        ("twins", found.twins > 0, lambda: _twins(found.twins)),
        ("review", found.to_review > 0, lambda: _to_review(found.to_review)),
        ("drafts", found.drafts > 0, lambda: _drafts(found.drafts)),
        ("consents", found.not_agreed > 0, lambda: _not_agreed(found.not_agreed)),
        ("needs", found.without_needs > 0, lambda: _without_needs(found.without_needs)),
        ("wishes", found.without_wishes > 0 and last is None, lambda: _without_wishes(found.without_wishes)),
        ("undrafted", found.undrafted > 0, lambda: _undrafted(found.undrafted)),
        ("untranslated", found.untranslated > 0 and people, lambda: _untranslated(found.untranslated)),
        ("plan", last is None and people, _make_a_plan),
        ("another-plan", last is not None and not is_waiting and is_none and people, _make_another),
    ]


def _rank(code: str, phase: Phase) -> int:
    """Return the place of a task in a phase; equal ranks keep their order."""
    first = FIRST[phase]
    return first.index(code) if code in first else len(first)


def _set_days() -> Task:
    why = _("People can mark their availability once the slots are set.")
    return Task(_("Set the days and slots"), why, "/slots", _("Days and slots"))


def _set_tables() -> Task:
    why = _("Every meeting needs a table.")
    return Task(_("Set up a hall with tables"), why, "/halls", _("Halls and tables"))


def _undelivered(number: int) -> Task:
    what = ngettext_("%(num)s e-mail could not be delivered", "%(num)s e-mails could not be delivered", number)
    why = _("Correct the addresses, or try again.")
    return Task(what, why, "/emails?state=failed", pgettext_("place", "E-mails"))


def _held_up(number: int) -> Task:
    what = ngettext_(
        "%(num)s e-mail has been waiting for more than an hour",
        "%(num)s e-mails have been waiting for more than an hour",
        number,
    )
    why = _(
        "The mail server accepts no e-mails now. Tell the site administrator. E-mails are tried again for four days."
    )
    return Task(what, why, "/emails?state=waiting", pgettext_("place", "E-mails"))


def _absence_requests(number: int) -> Task:
    what = ngettext_("%(num)s request to be absent", "%(num)s requests to be absent", number)
    why = _("People ask to be absent in slots with published meetings. Answer their requests.")
    return Task(what, why, "/absences", pgettext_("a request", "Decide"))


def _changes_asked(number: int) -> Task:
    what = ngettext_("%(num)s requested change of a profile", "%(num)s requested changes of profiles", number)
    why = _("Participants changed their profiles after the end of registration. Accept or decline each change.")
    return Task(what, why, "/changes", pgettext_("a request", "Decide"))


def _publish(plan: Plan | None) -> Task:
    assert plan is not None
    why = _("People see the plan and get an e-mail once you publish it.")
    return Task(
        pgettext_("task", "Publish plan %(version)s", version=plan.version),
        why,
        f"/plans/{plan.id}",
        _("View the plan"),
    )


def _to_review(number: int) -> Task:
    what = ngettext_("%(num)s need is waiting for review", "%(num)s needs are waiting for review", number)
    return Task(what, _("Experts cannot see these needs yet."), "/review", _("Open the review"))


NO_MEETINGS = _("A person without slots cannot have meetings.")


def _absent_experts(number: int) -> Task:
    what = ngettext_("%(num)s expert has no slot for meetings", "%(num)s experts have no slot for meetings", number)
    return Task(what, NO_MEETINGS, "/experts?state=no-presence", _("Show the list"))


def _absent_enterprises(number: int) -> Task:
    what = ngettext_(
        "%(num)s enterprise has no slot for meetings", "%(num)s enterprises have no slot for meetings", number
    )
    return Task(what, NO_MEETINGS, "/enterprises?state=no-presence", _("Show the list"))


def _absent_interpreters(number: int) -> Task:
    what = ngettext_(
        "%(num)s interpreter has no slot for meetings", "%(num)s interpreters have no slot for meetings", number
    )
    return Task(what, NO_MEETINGS, "/interpreters?state=no-presence", _("Show the list"))


def _repair(plans: PlanOverview, seconds: int) -> Task:
    what = ngettext_(
        "%(num)s meeting of the published plan can no longer take place",
        "%(num)s meetings of the published plan can no longer take place",
        plans.lost_in_force,
    )
    why = _("People, slots, tables or the programme have changed. A repair changes as little as possible.")
    if plans.is_under_way and plans.last is not None:
        return Task(what, why, f"/plans/{plans.last.id}", _("Watch the progress"))
    asked = {"preset": "repair", "seconds": str(seconds)}
    return Task(what, why, "/plans", _("Propose a repair"), asked)


def _plan_again(plans: PlanOverview, seconds: int) -> Task:
    assert plans.last is not None
    what = ngettext_(
        "Plan %(version)s is out of date: %(num)s meeting can no longer take place",
        "Plan %(version)s is out of date: %(num)s meetings can no longer take place",
        plans.lost,
        version=plans.last.version,
    )
    why = _("People, slots, tables or the programme have changed since this plan was made.")
    asked = {"preset": "fresh" if plans.in_force is None else "repair", "seconds": str(seconds)}
    return Task(what, why, "/plans", _("Make a new plan"), asked)


def _wait(plan: Plan | None) -> Task:
    assert plan is not None
    why = _("No plan is published yet. View the plan once it is ready.")
    what = _("Plan %(version)s is being made", version=plan.version)
    return Task(what, why, f"/plans/{plan.id}", _("Watch the progress"))


def _make_another() -> Task:
    why = _("The last attempt did not produce a plan that can be published.")
    return Task(_("Make another plan"), why, "/plans", pgettext_("heading", "Plans"))


def _add_interpreters(concern: Concern, locale: str) -> Task:
    one, other = (
        formats.sequence([formats.language(tag, locale) for tag in tags], locale, style="or")
        for tags in concern.languages
    )
    # Translators: one, other: languages of the experts and of the enterprises, each one or several names
    what = _("Add an interpreter: %(one)s ⇄ %(other)s", one=one, other=other)
    why = ngettext_(
        "Without an interpreter, %(num)s pair cannot meet.",
        "Without an interpreter, %(num)s pairs cannot meet.",
        concern.number,
    )
    return Task(what, why, "/interpreters", pgettext_("heading", "Interpreters"))


def _help_wanted(number: int) -> Task:
    what = ngettext_("%(num)s expert needs help with a visa", "%(num)s experts need help with a visa", number)
    why = _("Prepare the invitation, and set the state on the expert’s page.")
    return Task(what, why, "/travel?state=wanted", _("Show the list"))


def _bring_people() -> Task:
    why = _("Import a spreadsheet, or send the event’s address to people.")
    return Task(_("Add experts and enterprises"), why, "/import", pgettext_("link", "Import"))


def _registered_twice(number: int) -> Task:
    what = ngettext_(
        "%(num)s enterprise may be registered twice", "%(num)s enterprises may be registered twice", number
    )
    why = _(
        "Several registrations have the same or nearly the same name. Join them, or say that they are different firms."
    )
    return Task(what, why, "/registered-twice", pgettext_("of registrations", "Compare the registrations"))


def _twins(number: int) -> Task:
    what = ngettext_("%(num)s pair of experts may be one person", "%(num)s pairs of experts may be one person", number)
    why = _(
        "The names are alike in Cyrillic, Latin or Chinese. "
        "Merge the two entries, or say that these are different people."
    )
    return Task(what, why, "/twins", _("Compare the entries"))


def _drafts(number: int) -> Task:
    what = ngettext_("%(num)s registration is not complete", "%(num)s registrations are not complete", number)
    return Task(what, _("Drafts are not included in plans."), "/participants?state=draft", _("Show the list"))


def _not_agreed(number: int) -> Task:
    what = ngettext_(
        "%(num)s participant has not given consent yet", "%(num)s participants have not given consent yet", number
    )
    why = _("The other side sees nothing about these participants before they give consent. Send the invitation again.")
    return Task(what, why, "/participants?state=not-agreed", _("Show the list"))


def _without_needs(number: int) -> Task:
    what = ngettext_("%(num)s enterprise has not posted a need", "%(num)s enterprises have not posted a need", number)
    return Task(what, _("We use needs to find experts."), "/enterprises?state=no-needs", _("Show the list"))


def _without_wishes(number: int) -> Task:
    what = ngettext_("%(num)s participant has no wishes", "%(num)s participants have no wishes", number)
    return Task(
        what, _("Without wishes, a plan is based only on topics."), "/participants?state=no-wishes", _("Show the list")
    )


def _undrafted(number: int) -> Task:
    what = ngettext_(
        "Machine drafts failed for %(num)s language", "Machine drafts failed for %(num)s languages", number
    )
    why = _("Readers see the originals of these texts. Try again, or translate the texts yourself.")
    return Task(what, why, "/translations", _("Show the reasons"))


def _untranslated(number: int) -> Task:
    what = ngettext_("%(num)s text is not translated", "%(num)s texts are not translated", number)
    why = _("Experts and enterprises write in different languages. Translate the texts that are needed first.")
    return Task(what, why, "/translations?state=missing", _("Open the translations"))


def _make_a_plan() -> Task:
    why = _("You can try: participants see a plan only after you publish it.")
    return Task(_("Make the first plan"), why, "/plans", pgettext_("heading", "Plans"))
