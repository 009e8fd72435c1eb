"""Duplicate registrations: find enterprises that are registered twice at an event, and merge them."""
