"""Absence requests: participants and interpreters ask to be absent during published meetings, organisers decide."""
