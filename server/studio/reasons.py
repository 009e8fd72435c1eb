"""Why a pair is not held and what would change it, in words: one function for each reason of the engine."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from i18n import Message, Translator, _, formats, ngettext_
from matching.plan import Reason
from matching.problem import ADJACENT_MIN, Slot
from server.plans import snapshot
from server.plans.directory import Directory
from server.studio.wording import TIERS

MOST_TIMES = 3
TITLES: Mapping[Reason, Message] = {
    Reason.NO_COMMON_SLOT: _("No common slot"),
    Reason.OWN_TABLES_DIFFER: _("Own tables differ"),
    Reason.NO_INTERPRETER: _("No interpreter"),
    Reason.PARTY_FULL: _("Fully booked"),
    Reason.PARTY_BUSY: _("Busy in every common slot"),
    Reason.INTERPRETERS_BUSY: _("Interpreters busy"),
    Reason.TABLES_FULL: _("Tables full"),
    Reason.CROWDED_OUT: _("Gives way to more value"),
}


@dataclass(frozen=True)
class Explained:
    """why: the facts. remedy: what would have to change."""

    title: Message
    why: Message
    remedy: Message


@dataclass(frozen=True)
class Words:
    """Names and times of a plan's ids as a reader reads them. slots: of the problem; the event's may be others now."""

    places: Directory
    slots: Mapping[str, Slot]
    zone: ZoneInfo
    locale: str

    def party(self, id: str) -> str:
        return self.places.party(snapshot.number(id), self.locale)

    def interpreter(self, id: str) -> str:
        return self.places.interpreter(snapshot.number(id), self.locale)

    def languages(self, tags: Sequence[str]) -> str:
        return formats.sequence([formats.language(tag, self.locale) for tag in tags], self.locale, style="or")

    def times(self, ids: Sequence[str], style: Literal["and", "or"] = "and") -> str:
        """The first few of the slots, with their day where the event has several."""
        shown = [self.time(id) for id in ids[:MOST_TIMES]]
        if len(ids) > MOST_TIMES:
            rest = ngettext_("%(num)s more", "%(num)s more", len(ids) - MOST_TIMES)
            shown.append(Translator(self.locale).translate(rest))
        return formats.sequence(shown, self.locale, style=style)

    def time(self, id: str) -> str:
        slot = self.slots[id]
        return self._on_its_day(slot, formats.time(slot.start, self.locale, self.zone))

    def spans(self, ids: Sequence[str]) -> str:
        """The slots as a sequence of intervals, adjacent ones as one."""
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


def explain(reason: Reason, facts: Facts, words: Words) -> Explained:
    """facts: of `unheld` in `plan/1`."""
    return Explained(TITLES[reason], *_EXPLAIN[reason](facts, words))


def _no_common_slot(facts: Facts, words: Words) -> tuple[Message, Message]:
    (one, its), (other, theirs) = sorted(facts["slots"].items())
    if its and theirs:
        return (
            _(
                "%(one)s is there at %(its)s; %(other)s at %(theirs)s.",
                one=words.party(one),
                its=words.spans(its),
                other=words.party(other),
                theirs=words.spans(theirs),
            ),
            _("%(party)s could come at %(times)s.", party=words.party(other), times=words.times(its, "or")),
        )
    absent, times = words.party(other if its else one), words.times(its or theirs, "or")
    remedy = _("%(party)s could come at %(times)s.", party=absent, times=times)
    return _("%(party)s is there in no slot.", party=absent), remedy if times else _("Ask both when they can come.")


def _own_tables_differ(facts: Facts, words: Words) -> tuple[Message, Message]:
    return (
        _("Each of them meets at a table of their own only."),
        _("Take the own table from one of them."),
    )


def _no_interpreter(facts: Facts, words: Words) -> tuple[Message, Message]:
    (one, its), (other, theirs) = sorted(facts["languages"].items())
    for party, tags in ((one, its), (other, theirs)):
        if not tags:
            return (
                _("%(party)s has named no language.", party=words.party(party)),
                _("Ask which languages they speak."),
            )
    between = {"one": words.languages(its), "other": words.languages(theirs)}
    return (
        _("Nobody interprets between %(one)s and %(other)s in a slot that both have.", **between),
        _("Add an interpreter between %(one)s and %(other)s.", **between),
    )


def _party_full(facts: Facts, words: Words) -> tuple[Message, Message]:
    party, held = words.party(facts["party"]), len(facts["meetings"])
    return (
        ngettext_(
            "%(party)s holds %(num)s meeting, as many as the limit allows, and it is worth no less.",
            "%(party)s holds %(num)s meetings, as many as the limit allows, and each is worth no less.",
            held,
            party=party,
        ),
        _("Raise the limit of %(party)s from %(limit)s to %(more)s.", party=party, limit=held, more=held + 1),
    )


def _party_busy(facts: Facts, words: Words) -> tuple[Message, Message]:
    return (
        ngettext_(
            "In every slot that both have, one of them is in a meeting that is worth no less: %(num)s meeting.",
            "In every slot that both have, one of them is in a meeting that is worth no less: %(num)s meetings.",
            len(facts["meetings"]),
        ),
        _("Either of them could come in more slots, or the enterprise with one delegate more."),
    )


def _interpreters_busy(facts: Facts, words: Words) -> tuple[Message, Message]:
    return (
        ngettext_(
            "The %(num)s interpreter who could serve is busy at %(times)s.",
            "The %(num)s interpreters who could serve are busy at %(times)s.",
            len(facts["interpreters"]),
            times=words.times(facts["slots"]),
        ),
        _("One more interpreter at %(times)s.", times=words.times(facts["slots"], "or")),
    )


def _tables_full(facts: Facts, words: Words) -> tuple[Message, Message]:
    return (
        _("Every table is taken at %(times)s.", times=words.times(facts["slots"])),
        _("One more table at %(times)s.", times=words.times(facts["slots"], "or")),
    )


def _crowded_out(facts: Facts, words: Words) -> tuple[Message, Message]:
    remedy = _("A wish of either side raises what it is worth.")
    if facts["tier"] is None and facts["cost"]["at_most"] <= 0:
        return _("A plan that is as good could hold it in place of another meeting."), remedy
    if facts["tier"] not in ("value", None):
        name, _what = TIERS[facts["tier"]]
        return _("Holding it would make something worse that matters more: %(tier)s.", tier=name), remedy
    least, most = (formats.number(round(facts["cost"][end], 2), words.locale) for end in ("at_least", "at_most"))
    if least == most:
        return _("Holding it would cost %(cost)s of the value.", cost=least), remedy
    if facts["cost"]["at_least"] <= 0:
        return _("Holding it would cost at most %(most)s of the value.", most=most), remedy
    return _("Holding it would cost %(least)s to %(most)s of the value.", least=least, most=most), remedy


_EXPLAIN: Mapping[Reason, Callable[[Facts, Words], tuple[Message, Message]]] = {
    Reason.NO_COMMON_SLOT: _no_common_slot,
    Reason.OWN_TABLES_DIFFER: _own_tables_differ,
    Reason.NO_INTERPRETER: _no_interpreter,
    Reason.PARTY_FULL: _party_full,
    Reason.PARTY_BUSY: _party_busy,
    Reason.INTERPRETERS_BUSY: _interpreters_busy,
    Reason.TABLES_FULL: _tables_full,
    Reason.CROWDED_OUT: _crowded_out,
}
