"""`python -m server`."""

import gc
import sys

# The topic scheme, catalogues and libraries are some million objects that are never freed. With Python's threshold of
# 700 new objects, the garbage collector would visit them repeatedly while they are loaded: an eighth of the demo's
# time.
gc.set_threshold(100_000, 20, 50)

from server.cli import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main())
