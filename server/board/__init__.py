"""The match board: all experts and needs by value, before anything is planned."""
