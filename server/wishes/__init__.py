"""Wishes and matches: whom a party wants to meet, and how well two parties match."""
