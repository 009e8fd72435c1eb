"""Everybody's own agenda: as a page, on paper, and in their calendar."""
