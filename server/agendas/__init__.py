"""A participant's own agenda: page, print, and calendar."""
