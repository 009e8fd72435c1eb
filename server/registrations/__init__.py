"""Taking part: experts and enterprises register step by step, in their own language, and consent purpose by purpose."""
