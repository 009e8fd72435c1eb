"""Readers and writers of the documents `problem/1` and `plan/1`."""
