"""The schema's history, one numbered file a step. `server.migrating` writes and applies them.

Steps only add: a new table, index or column, the latter null or with a `db_default`. What changes or drops a column is
written by hand with RunSQL, because the tool rebuilds SQLite's tables without their indexes and unique keys.
"""
