"""Two registrations of one enterprise at one event: who they may be, and joining one into the other."""
