"""Assign tables, halls and interpreters."""
