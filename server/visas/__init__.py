"""Who needs a visa and an invitation letter, by rules that organisers keep and date."""
