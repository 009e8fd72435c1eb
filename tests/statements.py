"""Collects the SQL statements that the ORM sends."""

import contextlib
import logging
from collections.abc import Iterator
from typing import Any


class Statements(logging.Handler):
    """Collects the ORM's SQL statements, without BEGIN, COMMIT and SAVEPOINT."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.sql: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        arguments: Any = record.args
        if record.msg == "%s: %s":
            self.sql.append(str(arguments[0]))

    def __len__(self) -> int:
        return len(self.sql)


@contextlib.contextmanager
def collected() -> Iterator[Statements]:
    """Yield the statements that are sent during the context."""
    logger, seen = logging.getLogger("tortoise.db_client"), Statements()
    level = logger.level
    logger.addHandler(seen)
    logger.setLevel(logging.DEBUG)
    try:
        yield seen
    finally:
        logger.removeHandler(seen)
        logger.setLevel(level)
