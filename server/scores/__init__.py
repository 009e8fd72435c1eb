"""Scores of needs and experts: asked of `matching.affinity`, stored, corrected, explained."""
