"""The organisers' overview and lists."""
