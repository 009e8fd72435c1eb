"""Import of participants from spreadsheets: read the files, check every row, store rows by the services of the web
pages.
"""
