"""Setting an event up: texts, window, slot grid, halls and tables, plenary items, interpreters, fellow organisers."""
