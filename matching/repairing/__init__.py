"""Repair a plan after a change, with as few further changes as possible."""
