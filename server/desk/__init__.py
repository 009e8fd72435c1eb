"""The organiser's overview and lists."""
