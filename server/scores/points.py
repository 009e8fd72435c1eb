"""A score in points of a hundred: whole numbers that add up, part by part."""

from collections.abc import Sequence

from server.scores.corrections import Counted

DIGITS = 9  # as scores are told; half a point must not fall to either side by the order of adding


def points(parts: Sequence[Counted]) -> list[tuple[str, int, int]]:
    """(code, points, points at most) of each part; they add up to the score, and their most to a hundred."""
    most = shared_out([100 * part.weight for part in parts], 100)
    total = round(100 * round(sum(part.weight * part.value for part in parts), DIGITS))
    reached = shared_out([100 * part.weight * part.value for part in parts], total, most)
    return [(part.code, *both) for part, both in zip(parts, zip(reached, most, strict=True), strict=True)]


def shared_out(shares: Sequence[float], total: int, most: Sequence[int] | None = None) -> list[int]:
    """The shares as whole numbers that add up to the total: those that lose most by rounding down are rounded up."""
    whole = [int(share) for share in shares]
    by_loss = sorted(range(len(shares)), key=lambda at: whole[at] - shares[at])
    for at in [at for at in by_loss if most is None or whole[at] < most[at]][: max(0, total - sum(whole))]:
        whole[at] += 1
    return whole
