"""Suggestions for an expert's profile from ORCID and ROR, where the organiser allows it. Never facts."""
