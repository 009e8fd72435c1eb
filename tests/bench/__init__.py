"""Measures: what the product achieves, beside a baseline in the same run."""
