"""Changes of registrations after the registration window: kept as requests until an organiser accepts them."""
