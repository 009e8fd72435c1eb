"""Benchmarks: results of the product next to a baseline of the same run."""
