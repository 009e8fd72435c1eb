"""How many cases of a law are tried: all, or a share of them by `make check`, which sets DUIJIE_TEST_SHARE."""

import os

DIVISOR = int(os.environ.get("DUIJIE_TEST_SHARE") or 1)


def share_of(number: int) -> int:
    """Return how many of so many cases are tried."""
    return -(-number // DIVISOR)
