"""People who were brought in without an address, and the links by which they claim what was entered for them."""
