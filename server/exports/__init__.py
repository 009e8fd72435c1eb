"""Lists and timetables as files: columns that an organiser chooses, as XLSX or CSV."""
