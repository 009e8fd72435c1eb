"""Choose which pairs meet and in which slots: linear programs, their bounds, and branch and cut."""
