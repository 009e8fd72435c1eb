"""Draw a plan as SVG with real text."""
