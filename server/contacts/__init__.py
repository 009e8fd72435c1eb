"""Contact data: who reads which field, and the exchange after both sides of a meeting have agreed."""
