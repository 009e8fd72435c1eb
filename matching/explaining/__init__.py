"""Explain why a pair is held or not held, and why no plan exists."""
