"""Where a meeting of a plan, or a new one, can take place: for people who change a plan by hand."""
