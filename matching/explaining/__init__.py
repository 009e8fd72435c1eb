"""Why a pair is or is not held, and why there may be no plan at all."""
