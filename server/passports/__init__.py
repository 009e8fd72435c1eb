"""Passport data: asked for by events that need it, sealed, read with a reason, deleted after a day."""
