"""When: from pairs to slots, and the tiers that only the order of a party's day decides."""
