"""Change the timetable of a plan by hand: drafts, acts that can be undone, and what fits where."""
