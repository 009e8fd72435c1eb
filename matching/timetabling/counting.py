"""Cardinality constraints as clauses: numbers of true literals in unary (totalizer), for core-guided search.

Source: Bailleux and Boufkhad, Efficient CNF encoding of Boolean cardinality constraints (CP 2003).
"""

from collections.abc import Sequence

from ortools.sat.python import cp_model

_SIZE = 20_000  # literals times limit above which a linear constraint replaces the clauses


def between(model: cp_model.CpModel, literals: Sequence[cp_model.IntVar], least: int, most: int) -> None:
    """Add: at least `least` and at most `most` of the literals are true."""
    least, most = max(least, 0), min(most, len(literals))
    if least > most:
        model.add_bool_or([])
    elif least == most == len(literals):
        model.add_bool_and(literals)
    elif most == 1:
        (model.add_exactly_one if least else model.add_at_most_one)(literals)
    elif least == 0 and most == len(literals) - 1:
        model.add_bool_or([~literal for literal in literals])
    elif least > 0 or most < len(literals):
        if len(literals) * most > _SIZE:
            model.add_linear_constraint(cp_model.LinearExpr.sum(list(literals)), least, most)
            return
        count = _count(model, list(literals), most + 1)
        if least > 0:
            model.add_bool_or([count[least - 1]])
        if most < len(count):
            model.add_bool_or([~count[most]])


def unary_count(model: cp_model.CpModel, literals: Sequence[cp_model.IntVar], most: int) -> list[cp_model.IntVar]:
    """Return the number of true literals in unary: literal k, from 0, means more than k. At most `most` literals."""
    return _count(model, list(literals), most) if literals and most > 0 else []


def _count(model: cp_model.CpModel, literals: list[cp_model.IntVar], most: int) -> list[cp_model.IntVar]:
    """Return the totalizer of the literals: literal k, from 0, means more than k are true. At most `most` literals."""
    if len(literals) == 1:
        return literals
    half = len(literals) // 2
    one, two = _count(model, literals[:half], most), _count(model, literals[half:], most)
    count = [model.new_bool_var("") for _ in range(min(len(one) + len(two), most))]
    for i in range(len(one) + 1):
        for j in range(len(two) + 1):
            if i + j > 0:
                true = [*(one[i - 1 : i] if i else ()), *(two[j - 1 : j] if j else ())]
                model.add_bool_or([count[min(i + j, len(count)) - 1], *(~x for x in true)])
            if i + j < len(count):
                model.add_bool_or([~count[i + j], *one[i : i + 1], *two[j : j + 1]])
    return count
