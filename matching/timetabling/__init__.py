"""Build and improve timetables: the slot of each meeting, and the tiers that depend on it (breaks, worst, moves)."""
