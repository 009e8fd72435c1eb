"""Where and with whom: tables, halls and interpreters."""
