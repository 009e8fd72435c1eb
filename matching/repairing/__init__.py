"""Least change after something fell away."""
