"""The web application: composes `matching` and `i18n` with a database, pages, mail and calendars."""
