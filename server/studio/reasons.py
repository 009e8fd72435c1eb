"""Texts why a pair has no meeting and what would change it: one function for each of the engine's reasons."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from i18n import Message, Translator, _, formats, ngettext_, npgettext_, pgettext_
from matching.plan import UnheldReason
from matching.problem import ADJACENT_MIN, Slot
from server.plans.directory import Directory
from server.rows import number
from server.studio.wording import TIERS

MOST_TIMES = 3
TITLES: Mapping[UnheldReason, Message] = {
    UnheldReason.NO_COMMON_SLOT: _("No common slot"),
    UnheldReason.OWN_TABLES_DIFFER: _("Different fixed tables"),
    UnheldReason.NO_INTERPRETER: pgettext_("status", "No interpreter"),
    UnheldReason.PARTY_FULL: _("Meeting limit reached"),
    UnheldReason.PARTY_BUSY: _("One side is busy in every common slot"),
    UnheldReason.INTERPRETERS_BUSY: pgettext_("status", "Interpreters busy"),
    UnheldReason.TABLES_FULL: _("All tables taken"),
    UnheldReason.CROWDED_OUT: _("Other meetings have more value"),
}


@dataclass(frozen=True)
class Explained:
    """why: the facts. remedy: what would have to change."""

    title: Message
    why: Message
    remedy: Message


@dataclass(frozen=True)
class PlanNames:
    """Names and times of a plan's ids for a reader. slots: of the problem; the event's may have changed."""

    places: Directory
    slots: Mapping[str, Slot]
    zone: ZoneInfo
    locale: str

    def party(self, id: str) -> str:
        return self.places.party(number(id), self.locale)

    def interpreter(self, id: str) -> str:
        return self.places.interpreter(number(id), self.locale)

    def languages(self, tags: Sequence[str]) -> str:
        return formats.sequence([formats.language(tag, self.locale) for tag in tags], self.locale, style="or")

    def times(self, ids: Sequence[str], style: Literal["and", "or"] = "and") -> str:
        """Return the first few of the slots, with their day if the event has several."""
        shown = [self.time(id) for id in ids[:MOST_TIMES]]
        if len(ids) > MOST_TIMES:
            # Translators: the end of a list of times
            rest = npgettext_("count", "%(num)s more slot", "%(num)s more slots", len(ids) - MOST_TIMES)
            shown.append(Translator(self.locale).translate(rest))
        return formats.sequence(shown, self.locale, style=style)

    def time(self, id: str) -> str:
        slot = self.slots[id]
        return self._on_its_day(slot, formats.time(slot.start, self.locale, self.zone))

    def spans(self, ids: Sequence[str]) -> str:
        """Return the slots as intervals; adjacent slots are joined."""
        runs: list[list[Slot]] = []
        for slot in (self.slots[id] for id in ids):
            if runs and slot.start - runs[-1][-1].end <= timedelta(minutes=ADJACENT_MIN):
                runs[-1].append(slot)
            else:
                runs.append([slot])
        shown = [
            self._on_its_day(run[0], formats.time_interval(run[0].start, run[-1].end, self.locale, self.zone))
            for run in runs
        ]
        return formats.sequence(shown, self.locale)

    def _on_its_day(self, slot: Slot, clock: str) -> str:
        if len({each.day for each in self.slots.values()}) < 2:
            return clock
        return f"{formats.short_date(date.fromisoformat(slot.day), self.locale)} {clock}"


Facts = Mapping[str, Any]


def explain(reason: UnheldReason, facts: Facts, words: PlanNames) -> Explained:
    """Return the explanation. facts: of `unheld` in `plan/1`."""
    if reason is UnheldReason.CROWDED_OUT and facts["cost"]["at_most"] is None:  # of a draft, which nobody has priced
        return Explained(pgettext_("status", "Possible"), *_free(facts, words))
    return Explained(TITLES[reason], *_EXPLAIN[reason](facts, words))


def _no_common_slot(facts: Facts, words: PlanNames) -> tuple[Message, Message]:
    (one, its), (other, theirs) = sorted(facts["slots"].items())
    if its and theirs:
        return (
            # Translators: one, other: names of an expert and an enterprise. its, theirs: times
            _(
                "Availability does not overlap. %(one)s: %(its)s. %(other)s: %(theirs)s.",
                one=words.party(one),
                its=words.spans(its),
                other=words.party(other),
                theirs=words.spans(theirs),
            ),
            # Translators: party: the name of an expert or an enterprise. times: one or several times, joined by “or”
            _("%(party)s: also be available at %(times)s.", party=words.party(other), times=words.times(its, "or")),
        )
    absent, times = words.party(other if its else one), words.times(its or theirs, "or")
    # Translators: party: the name of an expert or an enterprise. times: one or several times, joined by “or”
    remedy = _("%(party)s: also be available at %(times)s.", party=absent, times=times)
    # Translators: party: the name of an expert or an enterprise
    return _("%(party)s: no slots marked.", party=absent), remedy if times else _(
        "Ask both sides for their availability."
    )


def _own_tables_differ(facts: Facts, words: PlanNames) -> tuple[Message, Message]:
    return (
        _("Each side has its own fixed table."),
        _("Release the fixed table of one side."),
    )


def _no_interpreter(facts: Facts, words: PlanNames) -> tuple[Message, Message]:
    (one, its), (other, theirs) = sorted(facts["languages"].items())
    for party, tags in ((one, its), (other, theirs)):
        if not tags:
            return (
                # Translators: party: the name of an expert or an enterprise
                _("%(party)s: no language entered.", party=words.party(party)),
                _("Ask this participant for languages."),
            )
    between = {"one": words.languages(its), "other": words.languages(theirs)}
    return (
        # Translators: one, other: languages of the two sides, each one or several names
        _("No interpreter in any common slot: %(one)s ⇄ %(other)s.", **between),
        # Translators: one, other: languages of the two sides, each one or several names
        _("Add an interpreter: %(one)s ⇄ %(other)s.", **between),
    )


def _party_full(facts: Facts, words: PlanNames) -> tuple[Message, Message]:
    party, held = words.party(facts["party"]), len(facts["meetings"])
    return (
        # Translators: party: the name of an expert or an enterprise
        ngettext_(
            "%(party)s: %(num)s meeting of equal or higher value; the limit is reached.",
            "%(party)s: %(num)s meetings of equal or higher value; the limit is reached.",
            held,
            party=party,
        ),
        # Translators: party: the name of an expert or an enterprise. limit, more: numbers of meetings
        _("%(party)s: raise the meeting limit from %(limit)s to %(more)s.", party=party, limit=held, more=held + 1),
    )


def _party_busy(facts: Facts, words: PlanNames) -> tuple[Message, Message]:
    return (
        ngettext_(
            "In every common slot, one side has this %(num)s meeting of equal or higher value, "
            "or rests before or after it.",
            "In every common slot, one side has one of %(num)s meetings of equal or higher value, "
            "or rests before or after one of them.",
            len(facts["meetings"]),
        ),
        _("Add slots for one side, or one more delegate of the enterprise."),
    )


def _interpreters_busy(facts: Facts, words: PlanNames) -> tuple[Message, Message]:
    return (
        # Translators: times: one or several times
        ngettext_(
            "%(num)s suitable interpreter is busy at %(times)s.",
            "All %(num)s suitable interpreters are busy at %(times)s.",
            len(facts["interpreters"]),
            times=words.times(facts["slots"]),
        ),
        # Translators: times: one or several times, joined by “or”
        _("Add one interpreter at %(times)s.", times=words.times(facts["slots"], "or")),
    )


def _tables_full(facts: Facts, words: PlanNames) -> tuple[Message, Message]:
    return (
        # Translators: times: one or several times
        _("All tables are taken at %(times)s.", times=words.times(facts["slots"])),
        # Translators: times: one or several times, joined by “or”
        _("Add one table at %(times)s.", times=words.times(facts["slots"], "or")),
    )


def _free(facts: Facts, words: PlanNames) -> tuple[Message, Message]:
    return (
        _("A place is free, or a meeting of less value would have to go."),
        _("Add the meeting by hand, or make a new plan."),
    )


def _crowded_out(facts: Facts, words: PlanNames) -> tuple[Message, Message]:
    remedy = _("A wish from either side raises the value of the meeting.")
    if facts["tier"] is None and facts["cost"]["at_most"] <= 0:
        return _("An equally good plan could contain this meeting instead of another."), remedy
    if facts["tier"] not in ("value", None):
        name, _what = TIERS[facts["tier"]]
        # Translators: tier: the name of a goal, for example “Breaks”
        return _("This meeting would make a more important goal worse: %(tier)s.", tier=name), remedy
    least, most = (formats.number(round(facts["cost"][end], 2), words.locale) for end in ("at_least", "at_most"))
    if least == most:
        # Translators: cost: a number
        return _("This meeting would lower the total value by %(cost)s.", cost=least), remedy
    if facts["cost"]["at_least"] <= 0:
        # Translators: most: a number
        return _("This meeting would lower the total value by at most %(most)s.", most=most), remedy
    # Translators: least, most: numbers
    return _("This meeting would lower the total value by %(least)s to %(most)s.", least=least, most=most), remedy


_EXPLAIN: Mapping[UnheldReason, Callable[[Facts, PlanNames], tuple[Message, Message]]] = {
    UnheldReason.NO_COMMON_SLOT: _no_common_slot,
    UnheldReason.OWN_TABLES_DIFFER: _own_tables_differ,
    UnheldReason.NO_INTERPRETER: _no_interpreter,
    UnheldReason.PARTY_FULL: _party_full,
    UnheldReason.PARTY_BUSY: _party_busy,
    UnheldReason.INTERPRETERS_BUSY: _interpreters_busy,
    UnheldReason.TABLES_FULL: _tables_full,
    UnheldReason.CROWDED_OUT: _crowded_out,
}
