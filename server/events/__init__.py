"""Setting up an event: texts, registration window, slots, halls, tables, programme items, interpreters, organisers."""
