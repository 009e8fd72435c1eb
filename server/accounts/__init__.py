"""Signing in by link or code, sessions, the account page."""
