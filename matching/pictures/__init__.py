"""A plan as pictures: clean SVG with text."""
