"""PostgreSQL engine whose transactions always return their connection to the pool."""

from typing import Any

from tortoise.backends.asyncpg import client as base
from tortoise.backends.base.client import (
    NestedTransactionContext,
    TransactionalDBClient,
    TransactionContext,
    TransactionContextPooled,
)
from tortoise.connection import get_connections

from server.engines import Noting, run_to_end


class PooledTransaction(TransactionContextPooled):
    """A transaction that keeps a connection exactly from before BEGIN until after COMMIT or ROLLBACK."""

    __slots__ = ()
    client: base.TransactionWrapper

    async def __aenter__(self) -> TransactionalDBClient:
        await self.ensure_connection()
        self.client._connection = await self._pool.acquire()
        try:
            await run_to_end(self.client.begin())
        except BaseException:
            await run_to_end(self._give_back())
            raise
        self.token = get_connections().set(self.connection_name, self.client)
        return self.client

    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        try:
            if not exc_type and not self.client._finalized:
                await run_to_end(self.client.commit())
        finally:
            get_connections().reset(self.token)
            await run_to_end(self._give_back())

    async def _give_back(self) -> None:
        connection = self.client._connection
        try:
            if not connection.is_closed() and connection.is_in_transaction():
                await self.client.rollback()
        finally:
            await self._pool.release(connection)

    @property
    def _pool(self) -> Any:
        return self.client._parent._pool


class TransactionClient(Noting, base.TransactionWrapper):
    """The connection during one of our transactions."""

    def _in_transaction(self) -> TransactionContext:
        return NestedTransactionContext(TransactionClient(self))


class AsyncpgClient(base.AsyncpgDBClient):
    """A pool of connections; each transaction takes one."""

    def _in_transaction(self) -> TransactionContext:
        return PooledTransaction(TransactionClient(self), self._pool_init_lock)

    async def execute_many(self, query: str, values: list[Any]) -> None:
        async with self._in_transaction() as transaction:
            await transaction.execute_many(query, values)


client_class = AsyncpgClient
