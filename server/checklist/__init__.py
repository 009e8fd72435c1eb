"""The organisers' shared checklist: their own tasks, and who does those that are computed from the data."""
