"""A delegation and its hosts from a spreadsheet: read apart, checked row by row, stored by the services of the web."""
