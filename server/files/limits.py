"""Limits on an uploaded file, and exit codes of the process that checks it."""

# Exit codes with a meaning; any other code means that the file needed more time or memory than allowed.
UNKNOWN, DAMAGED, ACTIVE, TOO_LARGE = 3, 4, 5, 6
MAX_BYTES = 10 * 1024 * 1024
MAX_BODY = MAX_BYTES + 64 * 1024  # of a request: the file and the other fields of the form
MAX_MEMORY = 640 * 1024 * 1024  # bytes of address space
MOST_AT_ONCE = 2  # processes that check files; other uploads wait for their turn
MAX_SECONDS = 10  # of CPU time
MAX_UNPACKED = 50 * 1024 * 1024
MAX_PARTS = 2000
MAX_MEGAPIXELS = 50
PHOTO_SIDE, PICTURE_SIDE = 800, 4000  # pixels of the longer side of a stored picture


class UnknownType(Exception):
    """The bytes are of no type that is accepted."""


class Damaged(Exception):
    """The file is incomplete, or its parts contradict each other."""


class Active(Exception):
    """The file has a macro, a script, another file or a password."""


class TooLarge(Exception):
    """The file unfolds to more than is accepted."""
