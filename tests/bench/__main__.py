"""`make bench`: every measure there is."""

import sys

from tests.bench import engine

if __name__ == "__main__":
    sys.exit(engine.main())
