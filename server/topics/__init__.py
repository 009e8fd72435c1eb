"""An event's own topics, added by its organisers to the scheme that is shipped."""
