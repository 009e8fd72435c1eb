"""Requests to be absent where a published meeting is held: asked by people, decided by organisers."""
