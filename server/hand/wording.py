"""Words for what fits where, what it costs, and what was done."""

from collections.abc import Iterable

from i18n import Message, Translator, _, npgettext_, pgettext_
from matching.placing.places import Place
from matching.rules import Breach, Rule, Violation
from server.hand.desk import Desk
from server.hand.record import Act, Held
from server.models import ActKind
from server.plans.staleness import Why
from server.rows import number
from server.studio import losses
from server.studio.reasons import PlanNames
from server.studio.wording import RULES

BEGUN = _("The slot has begun or ended.")
BLOCKED = _("The table is blocked at this time.")
_ABOUT = {
    Breach.PARTY_ABSENT: Why.PARTY_ABSENT,
    Breach.PARTY_DOUBLE_BOOKED: Why.TOO_MANY_AT_ONCE,
    Breach.SLOT_NOT_ALLOWED: Why.DELEGATES_ABSENT,
    Breach.PARTY_OVER_MAX: Why.OVER_LIMIT,
}
_FIXED = (Breach.AWAY_FROM_OWN_TABLE, Breach.AT_ANOTHERS_TABLE)


class Words:
    """Words about a draft for one reader. number_of: the numbers of tables by id in the problem."""

    def __init__(self, desk: Desk, names: PlanNames) -> None:
        self.desk, self.names = desk, names
        self.translate = Translator(names.locale).translate

    def meeting(self, pair: str) -> str:
        """Return the names of both sides of a pair."""
        return " – ".join(self.names.party(party) for party in pair.split("-"))

    def table(self, id: str) -> str:
        return str(self.names.places.tables[number(id)].number)

    def place(self, slot: str, table: str) -> str:
        """Return a place as "10:20, table 3", with the day if there are several."""
        # Translators: a place in the timetable. time: a time of day
        shown = pgettext_("place", "%(time)s, table %(number)s", time=self.names.time(slot), number=self.table(table))
        return self.translate(shown)

    # -- Why not -----------------------------------------------------------------------------------------------------

    def faults(self, faults: Iterable[Violation], slot: str = "") -> list[str]:
        """Return why something is impossible, each reason once. slot: where a meeting was to be put."""
        return list(dict.fromkeys(self.translate(self._fault(each, slot)) for each in faults))

    def _fault(self, fault: Violation, slot: str) -> Message:
        facts, breach = fault.facts, fault.breach
        if breach is Breach.SLOT_NOT_ALLOWED:
            return losses.about(Why.DELEGATES_ABSENT, self.names.party(facts["pair"].split("-")[1]))
        if breach is Breach.PARTY_WITHOUT_REST:
            # Translators: who: the name of an expert or an enterprise
            return _("Too many meetings in a row: %(who)s", who=self.names.party(facts["party"]))
        if breach in _ABOUT:
            return losses.about(_ABOUT[breach], self.names.party(facts["party"]))
        if breach is Breach.TABLE_CLOSED:
            return BEGUN if (slot or facts["slot"]) in self.desk.begun else BLOCKED
        if breach is Breach.TABLE_DOUBLE_BOOKED:
            return self._taken(facts["slot"], facts["table"])
        if breach in _FIXED:
            return losses.OF_ITSELF[Why.OTHER_TABLE]
        if breach is Breach.INTERPRETER_MISSING:
            return _("No interpreter is free for this pair at this time.")
        if breach.rule is Rule.H5:
            return RULES[Rule.H5]
        return RULES[breach.rule]

    def _taken(self, slot: str, table: str) -> Message:
        other = self.desk.staff.position.tables_in.get((slot, table))
        if other is None:
            return RULES[Rule.H4]
        # Translators: meeting: the names of an expert and an enterprise
        return _("Another meeting is at this table: %(meeting)s", meeting=self.meeting(other.pair.id))

    # -- What it costs -----------------------------------------------------------------------------------------------

    def costs(self, place: Place, pair: str) -> list[str]:
        """Return what a possible place costs, in words; empty if nothing."""
        return [self.translate(each) for each in self._costs(place, pair)]

    def _costs(self, place: Place, pair: str) -> Iterable[Message]:
        for other, after in place.changed.items():
            if other == pair:
                continue
            before = self.desk.meetings[other]
            if (before.slot, before.table) != (after.slot, after.table):
                # Translators: meeting: the names of an expert and an enterprise. place: a time and a table
                yield pgettext_(
                    "cost of a place",
                    "%(meeting)s moves to %(place)s",
                    meeting=self.meeting(other),
                    place=self.place(after.slot, after.table),
                )
            elif after.interpreter is not None:
                # Translators: meeting: the names of an expert and an enterprise. name: of an interpreter
                yield _(
                    "%(meeting)s gets another interpreter: %(name)s",
                    meeting=self.meeting(other),
                    name=self.names.interpreter(after.interpreter),
                )
        own = place.changed[pair].interpreter
        if place.with_another_interpreter and own is not None:
            # Translators: name: of the interpreter
            yield pgettext_("cost of a place", "Another interpreter: %(name)s", name=self.names.interpreter(own))
        if place.breaks > 0:
            yield npgettext_("cost of a place", "%(num)s more break", "%(num)s more breaks", place.breaks)

    # -- What was done -----------------------------------------------------------------------------------------------

    def act(self, act: Act) -> str:
        """Return what an act has done."""
        if act.kind in (ActKind.UNDO, ActKind.REDO):
            concerned = next(each for each in self.desk.record.acts if each.number == act.of)
            if act.kind is ActKind.UNDO:
                # Translators: act: what was done before, for example “Moved: …”
                return self.translate(pgettext_("history", "Undone. %(act)s", act=self.act(concerned)))
            # Translators: act: what was done before, for example “Moved: …”
            return self.translate(pgettext_("history", "Done again. %(act)s", act=self.act(concerned)))
        return self.translate(self._of_cell(act) if act.changes.blocks else self._of_meeting(act))

    def _of_cell(self, act: Act) -> Message:
        [cell] = act.changes.blocks
        place = self.place(*cell.split("."))
        if act.kind is ActKind.BLOCK:
            # Translators: place: a time and a table
            return pgettext_("history", "Blocked: %(place)s", place=place)
        # Translators: place: a time and a table
        return pgettext_("history", "Open again: %(place)s", place=place)

    def _of_meeting(self, act: Act) -> Message:
        pair = act.changes.pair or ""
        meeting = self.meeting(pair)
        if act.kind is ActKind.DROP:
            # Translators: meeting: the names of an expert and an enterprise
            return pgettext_("history", "Removed: %(meeting)s", meeting=meeting)
        if act.kind is ActKind.PIN:
            # Translators: meeting: the names of an expert and an enterprise
            return pgettext_("history", "Pinned: %(meeting)s", meeting=meeting)
        if act.kind is ActKind.UNPIN:
            # Translators: meeting: the names of an expert and an enterprise
            return pgettext_("history", "No longer pinned: %(meeting)s", meeting=meeting)
        after = act.changes.meetings[pair][1]
        assert isinstance(after, Held)
        place = self.place(after.slot, after.table)
        if act.kind is ActKind.ADD:
            # Translators: meeting: the names of an expert and an enterprise. place: a time and a table
            return pgettext_("history", "Added: %(meeting)s. Place: %(place)s", meeting=meeting, place=place)
        # Translators: meeting: the names of an expert and an enterprise. place: a time and a table
        return pgettext_("history", "Moved: %(meeting)s. New place: %(place)s", meeting=meeting, place=place)
