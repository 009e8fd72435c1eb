"""Registration: experts and enterprises register step by step in their own language, and give consent by purpose."""
