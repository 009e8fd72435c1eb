from matching.presolve import presolve
from matching.slots import slot_calendar
from tests.matching.examples import document, interpreter, pair, party, slot, tiny


def test_slots_are_adjacent_within_a_day_and_fifteen_minutes() -> None:
    problem = tiny(
        slots=[
            slot("s3", "10:00", "10:20"),
            slot("s1", "09:00", "09:20"),
            slot("s2", "09:35", "09:50"),
            slot("s4", "10:36", "11:00"),
            slot("s5", "09:00", "09:20", "2026-05-19"),
        ]
    )

    days = slot_calendar(problem)

    assert days.days == ((0, 1, 2, 3), (4,))
    assert days.stretches == ((0, 1, 2), (3,), (4,))
    assert (days.span(0, 3), days.span(1, 3)) == ((0, 1, 2), ())


def test_only_what_can_be_held_becomes_a_column() -> None:
    problem = tiny(
        parties=[party("a", available="s1 s2"), party("b", available="s2 s3"), party("c", "ru", "s1 s2")],
        interpreters=[interpreter("i1", available="s1")],
    )

    instance = presolve(problem)

    assert list(zip(instance.col_pair.tolist(), instance.col_slot.tolist(), strict=True)) == [(0, 1), (1, 0)]


def test_interpreters_that_differ_in_name_only_are_one_crew() -> None:
    problem = tiny(
        parties=[party("a", "ru"), party("b"), party("c")],
        interpreters=[interpreter("i1"), interpreter("i2"), interpreter("i3", max_meetings=1)],
    )

    instance = presolve(problem)

    assert [crew.members for crew in instance.crews] == [(0, 1), (2,)]
    assert instance.teams == ((0, 1),)


def test_own_and_pinned_tables_are_places_of_their_own() -> None:
    problem = tiny(
        tables=[{"id": "t1"}, {"id": "t2"}, {"id": "t3"}],
        parties=[party("a", table="t1"), party("b"), party("c"), party("d")],
        pairs=[pair("ab"), pair("bc"), pair("cd")],
        pins=[{"pair": "bc", "slot": "s1", "table": "t2"}],
    )

    instance = presolve(problem)

    assert [pool.tables for pool in instance.pools] == [(0,), (1,), (1, 2)]
    assert [pool.capacity.tolist() for pool in instance.pools] == [[1, 1, 1], [1, 1, 1], [1, 2, 2]]
    used = {(int(p), int(k)) for p, k in zip(instance.col_pair, instance.col_pool, strict=True)}
    assert used == {(0, 0), (1, 1), (2, 2)}


def test_a_pair_that_cannot_be_is_dead() -> None:
    problem = tiny(parties=[party("a", table="t1"), party("b", table="t2"), party("c")], pairs=document()["pairs"])

    assert presolve(problem).dead == (0,)


def test_interpreters_who_rest_at_other_times_are_crews_of_their_own() -> None:
    parties = [party("a", "ru"), party("b"), party("c")]
    interpreters = [interpreter("i1", max_consecutive=1), interpreter("i2", max_consecutive=2), interpreter("i3")]

    instance = presolve(tiny(parties=parties, interpreters=interpreters))

    assert [crew.members for crew in instance.crews] == [(0,), (1,), (2,)]
