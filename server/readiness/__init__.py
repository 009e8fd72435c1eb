"""Is the event ready? One rule a line, each green or with what to do."""
