"""How much a file may hold, and how the process that reads it says that one holds more."""

# The exit codes that mean something; any other end is that of a file which took more than it may.
NO_TABLE, TOO_LARGE, LOCKED = 3, 4, 5
MAX_MEMORY = 256 * 1024 * 1024  # bytes of address space
MAX_SECONDS = 5
MAX_UNPACKED = 50 * 1024 * 1024
MAX_ANSWER = 20 * 1024 * 1024  # characters
MAX_PARTS = 1000
MAX_SHEETS = 20
MAX_ROWS, MAX_COLUMNS = 10_000, 100


class TooLarge(Exception):
    """The file holds more than it may."""


class Unknown(Exception):
    """The bytes are no table."""
