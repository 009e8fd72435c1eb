"""Twins: two entries of one expert at an event, whose names stand in different scripts. Found, merged, and undone."""
