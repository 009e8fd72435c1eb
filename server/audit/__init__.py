"""The activity log: who did what to what, when and on whose behalf."""
