"""Interpreters' own page: what they speak, when they are there, and that they cannot come."""
