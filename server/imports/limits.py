"""Limits on the size of a file, and exit codes of the process that reads it."""

# Exit codes with a meaning; any other exit code means that the file needed more time or memory than allowed.
NO_TABLE, TOO_LARGE, LOCKED = 3, 4, 5
MAX_MEMORY = 256 * 1024 * 1024  # bytes of address space
MAX_SECONDS = 5
MAX_UNPACKED = 50 * 1024 * 1024
MAX_ANSWER = 20 * 1024 * 1024  # characters
MAX_PARTS = 1000
MAX_SHEETS = 20
MAX_ROWS, MAX_COLUMNS = 10_000, 100


class TooLarge(Exception):
    """The file has more rows, cells or characters than allowed."""


class UnknownFormat(Exception):
    """The bytes cannot be read as a table."""
