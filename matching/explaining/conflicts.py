"""Explain an infeasible problem: a minimal set of facts that cannot all be true (minimal unsatisfiable subset).

First a minimal set of required pairs and pins is found; other pairs never matter. Then the facts about their
parties, tables and interpreters are reduced to those that are needed, with a change that would resolve each.
"""

from matching.errors import NoPlan
from matching.explaining.clashes import minimal_clash, only_pairs
from matching.explaining.dividing import quickxplain
from matching.explaining.easing import without
from matching.explaining.facts import Fact, Relax, facts
from matching.explaining.holding import hold_required
from matching.explaining.relaxing import relaxation
from matching.plan import Conflict
from matching.presolve import presolve
from matching.problem import Problem
from matching.stopping import Stop


def conflict(problem: Problem, stop: Stop) -> tuple[Conflict, ...]:
    """Return a minimal conflict of a problem that has no feasible plan.

    Raises NoPlan if `stop` comes before a minimal one is found.
    """
    try:
        needed, core, whole = _minimal_facts(problem, stop)
    except NoPlan as early:
        raise NoPlan("no feasible plan exists, but the time ended before it was known which facts clash") from early
    return tuple(Conflict(fact.rule, fact.at, relaxation(whole, core, fact, stop)) for fact in needed)


def _minimal_facts(problem: Problem, stop: Stop) -> tuple[list[Fact], Problem, Problem]:
    """Return the facts that clash, the problem with these facts only, and the problem of all required pairs."""
    pins = {pin.pair for pin in problem.pins}
    wanted = [pair.id for pair in problem.pairs if pair.required or pair.id in pins]
    core = only_pairs(problem, minimal_clash(problem, wanted, stop))
    every = facts(problem, core)
    # Each pair is known to be needed. Of a pinned pair it is open whether only its pin is needed.
    unsure = [fact for fact in reversed(every) if fact.relax is not Relax.DO_NOT_REQUIRE or fact.about[0] in pins]

    def hinder(kept: list[Fact]) -> bool:
        return hold_required(presolve(without(core, [fact for fact in unsure if fact not in kept])), stop) is None

    kept = quickxplain(unsure, hinder)
    needless = set(unsure).difference(kept)
    needed = [fact for fact in every if fact not in needless]
    return needed, without(core, [fact for fact in every if fact in needless]), only_pairs(problem, wanted)
