"""Who may meet whom: organisers' rules for conflicts of interest, checked wherever a pair can come about."""
