"""People who were entered without an address, and the links by which they claim their data."""
