"""Asking for a plan, solving it beside the web, showing it, publishing it."""
