"""The web application: combines `matching` and `i18n` with database, pages, e-mail and calendars."""
