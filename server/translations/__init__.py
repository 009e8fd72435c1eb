"""Texts of participants in the reader's language: which translations there are, which one a reader sees, who writes
them. The text as its author wrote it is never changed.
"""
