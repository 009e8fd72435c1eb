"""Conflicts: true, and without a needless entry."""

from dataclasses import replace

from matching.plan import Conflict, Plan, Status
from matching.problem import Interpreter, Problem, Table
from matching.solving import solve
from matching.stopping import Stop
from tests.matching.brute import optimum
from tests.matching.examples import document, interpreter, pair, party, random_problem, tiny


def plan_of(problem: Problem) -> Plan:
    return solve(problem, stop=Stop(iterations=10))


def test_more_required_meetings_than_a_party_may_hold() -> None:
    problem = tiny(
        parties=[party("a", max_meetings=1), party("b"), party("c")],
        pairs=[pair("ab", required=True), pair("ac", required=True), pair("bc", required=True)],
    )

    plan = plan_of(problem)

    assert (plan.status, plan.meetings, plan.tiers) == (Status.INFEASIBLE, (), ())
    assert plan.conflict == (
        Conflict("H6", ("/parties/0/max_meetings",), "raise_max_meetings"),
        Conflict("H7", ("/pairs/0/required",), "do_not_require"),
        Conflict("H7", ("/pairs/1/required",), "do_not_require"),
    )


def test_more_required_meetings_in_a_slot_than_interpreters() -> None:
    problem = tiny(
        slots=document()["slots"][:1],
        parties=[party(n, t, "s1") for n, t in (("a", "ru"), ("b", "zh"), ("c", "ru"), ("d", "zh"))],
        pairs=[pair("ab", required=True), pair("cd")],
        pins=[{"pair": "cd", "slot": "s1"}],
        interpreters=[interpreter("i1", available="s1")],
    )

    plan = plan_of(problem)

    assert plan.conflict == (
        Conflict("H5", ("/interpreters",), "add_interpreters"),
        Conflict("H8", ("/pins/0",), "unpin"),
        Conflict("H7", ("/pairs/0/required",), "do_not_require"),
    )


def test_conflicts_of_small_problems_hold_and_need_each_entry() -> None:
    """By brute force: with no other facts than those named there is no plan, without any one of them there is."""
    found = 0
    for seed in range(300):
        problem = random_problem(seed, lengths=seed % 2 == 0)
        conflict = plan_of(problem).conflict
        if conflict:
            core = named(problem, conflict)
            found += 1
            assert (seed, optimum(core)) == (seed, None)
            for entry in conflict:
                assert (seed, entry, optimum(without(core, problem, entry)) is None) == (seed, entry, False)

    assert found > 20


def named(problem: Problem, conflict: tuple[Conflict, ...]) -> Problem:
    """The problem with no other pairs and no other facts about them than those of the conflict."""
    said = {entry.at[0] for entry in conflict}
    everywhere = frozenset(problem.slot)
    pins = tuple(pin for k, pin in enumerate(problem.pins) if f"/pins/{k}" in said)
    pairs = {p.id: f"/pairs/{k}" for k, p in enumerate(problem.pairs)}
    chosen = {p for p, at in pairs.items() if f"{at}/required" in said} | {pin.pair for pin in pins}
    involved = {party for p in chosen for party in problem.pair[p].parties}
    core = replace(
        problem,
        pairs=tuple(
            replace(
                p,
                required=f"{pairs[p.id]}/required" in said,
                allowed=p.allowed if f"{pairs[p.id]}/allowed" in said else None,
                after=tuple(a for a in p.after if a in chosen) if f"{pairs[p.id]}/after" in said else (),
            )
            for p in problem.pairs
            if p.id in chosen
        ),
        parties=tuple(
            replace(
                p,
                available=p.available if f"/parties/{k}/available" in said else everywhere,
                max_meetings=p.max_meetings if f"/parties/{k}/max_meetings" in said else None,
                table=p.table if f"/parties/{k}/table" in said else None,
            )
            if p.id in involved
            else p
            for k, p in enumerate(problem.parties)
        ),
        pins=pins,
        document=None,
    )
    core = core if "/tables" in said else more_tables(core)
    return core if "/interpreters" in said else more_interpreters(core)


def more_tables(problem: Problem) -> Problem:
    more = tuple(Table(f"more {n}") for n in range(3))
    return replace(problem, tables=tuple(replace(t, available=None) for t in problem.tables) + more)


def more_interpreters(problem: Problem) -> Problem:
    tongues = ("zh", "ru", "en", "fr")
    more = tuple(Interpreter(f"more {n}", tongues, frozenset(problem.slot)) for n in range(3))
    return replace(problem, interpreters=problem.interpreters + more)


def place(entry: Conflict) -> int:
    return int(entry.at[0].split("/")[2])


def without(core: Problem, problem: Problem, entry: Conflict) -> Problem:
    """The core with one fact changed as its `relax` says."""
    everywhere = frozenset(problem.slot)

    def party_with(**changes: object) -> Problem:
        name = problem.parties[place(entry)].id
        return replace(core, parties=tuple(replace(p, **changes) if p.id == name else p for p in core.parties))  # type: ignore[arg-type]

    def pair_with(**changes: object) -> Problem:
        name = problem.pairs[place(entry)].id
        return replace(core, pairs=tuple(replace(p, **changes) if p.id == name else p for p in core.pairs))  # type: ignore[arg-type]

    match entry.relax:
        case "do_not_require":
            return pair_with(required=False)
        case "unpin":
            return replace(core, pins=tuple(p for p in core.pins if p != problem.pins[place(entry)]))
        case "open_slots":
            return party_with(available=everywhere)
        case "raise_max_meetings":
            return party_with(max_meetings=None)
        case "leave_own_table":
            return party_with(table=None)
        case "allow_slots":
            return pair_with(allowed=None)
        case "drop_order":
            return pair_with(after=())
        case "add_tables":
            return more_tables(core)
        case _:
            return more_interpreters(core)
