"""Who meets whom, and in which slots: the programs, their bounds, and what they settle."""
