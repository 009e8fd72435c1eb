"""Why no plan exists: a set of facts that cannot all hold, none of which can be left out."""

from dataclasses import replace

from matching.plan import Conflict
from matching.presolve import presolve
from matching.problem import Pin, Problem
from matching.program import programme
from matching.stopping import Stop
from matching.timetabling import Effort, Timetable


def conflict(problem: Problem, stop: Stop) -> tuple[Conflict, ...]:
    """Required pairs and pins, one entry each, that cannot be held together; without any one of them the rest can."""
    pins = {pin.pair: pin for pin in problem.pins}
    core = [pair.id for pair in problem.pairs if pair.required or pair.id in pins]
    for pair in list(core):
        rest = [other for other in core if other != pair]
        if not stop.remaining() or _feasible(problem, rest, pins, stop):
            continue
        core = rest
    index = {pair.id: k for k, pair in enumerate(problem.pairs)}
    pin_index = {pin.pair: k for k, pin in enumerate(problem.pins)}
    return tuple(
        Conflict("H8", (f"/pins/{pin_index[pair]}",), "remove the pin")
        if pair in pins
        else Conflict("H7", (f"/pairs/{index[pair]}/required",), "do not require the pair")
        for pair in core
    )


def _feasible(problem: Problem, wanted: list[str], pins: dict[str, Pin], stop: Stop) -> bool:
    """Whether the wanted pairs alone can all be held."""
    chosen = set(wanted)
    part = replace(
        problem,
        pairs=tuple(
            replace(pair, required=True, after=tuple(a for a in pair.after if a in chosen))
            for pair in problem.pairs
            if pair.id in chosen
        ),
        pins=tuple(pin for pair, pin in pins.items() if pair in chosen),
        previous=None,
        document=None,
    )
    return not Timetable(programme(presolve(part), ())).search(None, Effort(), stop, 0).infeasible
