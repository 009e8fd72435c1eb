"""Benchmark of pages on generated events with a published plan, beside bare pages of the same templates."""
