"""Value of a meeting, from the score and the wishes of both sides."""

import pytest

from matching.affinity import Expert, Need, PairScore, best_need, pair_value, score


@pytest.mark.parametrize(
    ("enterprise", "expert", "value"),
    [
        (None, None, 0.7 * 0.5 + 0.3 * 0.4),
        ("viewed", "viewed", 0.7 * 0.5 + 0.3 * 0.45),
        ("like", "like", 0.5),
        ("like", None, 0.7 * 0.5 + 0.3 * 2 * 0.5 * 0.4 / 0.9),
        ("must", "must", 0.7 * 0.5 + 0.3 * 0.75),
    ],
)
def test_the_value_joins_the_score_and_both_wishes(enterprise: str | None, expert: str | None, value: float) -> None:
    assert pair_value(0.5, enterprise, expert) == pytest.approx(value, abs=1e-12)


@pytest.mark.parametrize(("enterprise", "expert"), [("no", None), (None, "no"), ("no", "must"), ("must", "no")])
def test_a_veto_of_either_side_leaves_no_value(enterprise: str | None, expert: str | None) -> None:
    assert pair_value(0.9, enterprise, expert) is None


def test_a_must_counts_more_than_a_like_and_never_exceeds_one() -> None:
    liked, insisted = pair_value(0.4, "like", None), pair_value(0.4, "must", None)

    assert liked is not None
    assert insisted is not None
    assert insisted > liked
    assert pair_value(1.0, "must", "must") == 1.0


def test_a_pair_worth_nothing_has_the_value_nothing() -> None:
    assert pair_value(0.0, "must", "must") == 0.0


def test_an_unknown_wish_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="perhaps"):
        pair_value(0.5, "perhaps", None)


def worth(need: str, value: float) -> PairScore:
    return PairScore(need, "e", value, (), ())


def test_an_enterprise_counts_by_its_best_need_and_the_others_follow() -> None:
    found = best_need([worth("c", 0.3), worth("b", 0.8), worth("a", 0.8)])

    assert found.best.need == "a"
    assert [other.need for other in found.others] == ["b", "c"]


def test_an_enterprise_without_needs_has_no_best_one() -> None:
    with pytest.raises(ValueError, match="without needs"):
        best_need([])


def test_one_pair_alone() -> None:
    pair = score(Need("n", languages=("zh",)), Expert("e", languages=("zh",)))

    assert (pair.need, pair.expert, pair.score) == ("n", "e", round(0.08 / 0.68, 9))
