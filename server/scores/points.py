"""Scores as whole points of 100 that add up."""

from collections.abc import Sequence

from server.scores.corrections import Counted

DIGITS = 9  # digits of scores; otherwise the order of adding could move half a point to either side


def points(parts: Sequence[Counted]) -> list[tuple[str, int, int]]:
    """Return (code, points, largest points) of each part; they add up to the score and to 100."""
    most = shared_out([100 * part.weight for part in parts], 100)
    total = round(100 * round(sum(part.weight * part.value for part in parts), DIGITS))
    reached = shared_out([100 * part.weight * part.value for part in parts], total, most)
    return [(part.code, *both) for part, both in zip(parts, zip(reached, most, strict=True), strict=True)]


def shared_out(shares: Sequence[float], total: int, most: Sequence[int] | None = None) -> list[int]:
    """Return the shares as whole numbers that add up to total (largest remainder method)."""
    whole = [int(share) for share in shares]
    by_loss = sorted(range(len(shares)), key=lambda at: whole[at] - shares[at])
    for at in [at for at in by_loss if most is None or whole[at] < most[at]][: max(0, total - sum(whole))]:
        whole[at] += 1
    return whole
