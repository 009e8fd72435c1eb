"""Delegates of an enterprise: role, own times at the event, and the needs at whose meetings they sit."""
