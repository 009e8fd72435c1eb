"""Journeys of experts: arrival, departure and needs, the slots that fit between them, and help with a visa."""
