"""People who receive participants on the days of an event: at the desk, and as escorts of guests."""
