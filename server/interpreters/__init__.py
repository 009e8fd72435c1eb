"""The interpreter's own page: languages, availability, and cancelling."""
