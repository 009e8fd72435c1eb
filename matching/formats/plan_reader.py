"""Read `plan/1` from JSON into a Plan and collect every fault. The ids must exist in the problem."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from matching.formats.documents import Fault, parse
from matching.formats.problem_reader import ReferenceReader
from matching.formats.reading import MAX_NUMBER, At, ObjectShape
from matching.plan import Conflict, Diff, Plan, Rule, Status, Tier, Unheld, UnheldReason
from matching.problem import TIERS, Problem

FORMAT = "plan/1"

_PLAN = ObjectShape.of(
    "format problem_sha256 engine seed seconds status meetings tiers unheld", "conflict diff timings"
)
_TIER = ObjectShape.of("tier achieved bound gap")
_UNHELD = ObjectShape.of("pair reason facts")
_FACTS = ObjectShape.of("", "slots languages party meetings interpreters cost tier")
_COST = ObjectShape.of("at_least at_most")
_CONFLICT = ObjectShape.of("rule at relax")
_DIFF = ObjectShape.of("kept moved dropped added disturbed")


def load_plan(data: bytes, problem: Problem) -> Plan:
    """Return the plan in the bytes of a document. Raises DocumentError with every fault."""
    document, faults = parse(data)
    return read_plan(document, problem, faults)


def read_plan(document: Any, problem: Problem, faults: Iterable[Fault] = ()) -> Plan:
    """Return the plan in a parsed document; shape and ids are checked, its claims are not (see `matching.checking`).

    faults: found before, in the text. Raises DocumentError with every fault, these included.
    """
    reader = _PlanReader(faults)
    kinds = {
        "slot": problem.slot,
        "table": problem.table,
        "interpreter": problem.interpreter,
        "party": problem.party,
        "pair": problem.pair,
    }
    for kind, known in kinds.items():
        reader.know(kind, known.keys())
    plan = reader.plan(document)
    reader.finish()
    return plan


class _PlanReader(ReferenceReader):
    """Reads a plan; every method returns a value of the right type even after a fault."""

    def plan(self, document: Any) -> Plan:
        members = self.members((), document, _PLAN)
        members.take("format", partial(self.choice, among=(FORMAT,)), FORMAT)
        return Plan(
            problem_sha256=members.take("problem_sha256", self.string, ""),
            engine=members.take("engine", self.string, ""),
            seed=members.take("seed", partial(self.whole, least=-MAX_NUMBER), 0),
            seconds=members.take("seconds", self._number_or_null, None),
            status=Status(members.take("status", partial(self.choice, among=tuple(Status)), Status.FEASIBLE)),
            meetings=members.take("meetings", self.meetings, ()),
            tiers=members.take("tiers", partial(self.each, item=self._tier), ()),
            unheld=members.take("unheld", partial(self.each, item=self._unheld), ()),
            conflict=members.take("conflict", partial(self.each, item=self._conflict), ()),
            diff=members.take("diff", self._diff, None),
            timings=members.take("timings", self._timings, None),
            x=members.take("x", lambda _, raw: raw, None),
        )

    def _number_or_null(self, at: At, raw: Any) -> float | None:
        return None if raw is None else self.number(at, raw)

    def _any_number(self, at: At, raw: Any) -> float:
        """Read a number; whole numbers stay int."""
        read = self.number(at, raw, low=-MAX_NUMBER)
        return raw if isinstance(raw, int) else read

    def _or_null(self, at: At, raw: Any, read: Callable[[At, Any], float]) -> float | None:
        return None if raw is None else read(at, raw)

    def _count(self, at: At, raw: Any) -> float:
        """Read a whole number, which other programs may write as 2.0."""
        read = self._any_number(at, raw)
        if read != int(read):
            self.fault(at, "must be a whole number")
        return read

    def _tier(self, at: At, raw: Any) -> Tier:
        members = self.members(at, raw, _TIER)
        tier = members.take("tier", partial(self.choice, among=TIERS), "")
        # Every tier but the value is counted.
        read = self._any_number if tier == "value" else self._count
        return Tier(
            tier=tier,
            achieved=members.take("achieved", read, 0),
            bound=members.take("bound", partial(self._or_null, read=read), None),
            gap=members.take("gap", self._number_or_null, None),
        )

    def _unheld(self, at: At, raw: Any) -> Unheld:
        members = self.members(at, raw, _UNHELD)
        return Unheld(
            pair=members.take("pair", self.pair, ""),
            reason=UnheldReason(
                members.take("reason", partial(self.choice, among=tuple(UnheldReason)), UnheldReason.CROWDED_OUT)
            ),
            facts=members.take("facts", self._facts, {}),
        )

    def _facts(self, at: At, raw: Any) -> Mapping[str, Any]:
        """Return the facts unchanged. Only their names are checked: lists in them are shown to people, not used."""
        facts = self.members(at, raw, _FACTS)
        facts.take("party", self.party, "")
        facts.take("tier", self._tier_or_null, None)
        facts.take("cost", self._cost, None)
        return {key: value for key, value in raw.items() if key != "x"} if isinstance(raw, dict) else {}

    def _tier_or_null(self, at: At, raw: Any) -> str | None:
        """Read the tier that gets worse; null if no tier is known to get worse."""
        return None if raw is None else self.choice(at, raw, among=TIERS)

    def _cost(self, at: At, raw: Any) -> None:
        cost = self.members(at, raw, _COST)
        for key in sorted(_COST.required):
            cost.take(key, partial(self._or_null, read=self._any_number), None)

    def _conflict(self, at: At, raw: Any) -> Conflict:
        members = self.members(at, raw, _CONFLICT)
        return Conflict(
            rule=members.take("rule", partial(self.choice, among=tuple(Rule)), ""),
            at=members.take("at", partial(self.each, item=self.string), ()),
            relax=members.take("relax", self.string, ""),
        )

    def _diff(self, at: At, raw: Any) -> Diff:
        members = self.members(at, raw, _DIFF)
        return Diff(
            kept=members.take("kept", self.pairs, ()),
            moved=members.take("moved", self.pairs, ()),
            dropped=members.take("dropped", self.pairs, ()),
            added=members.take("added", self.pairs, ()),
            disturbed=members.take("disturbed", partial(self.refs, kind="party"), ()),
        )

    def _timings(self, at: At, raw: Any) -> Mapping[str, float]:
        if not isinstance(raw, dict):
            self.members(at, raw, _FACTS)
            return {}
        return {key: self.number((*at, key), value) for key, value in raw.items() if key != "x"}
