"""HTTP with the application in the same process and event loop."""

import httpx2
from starlette.applications import Starlette

from server.settings import Settings


class Client(httpx2.AsyncClient):
    """A browser without scripts: it keeps cookies, and follows redirections only when told to.

    A test with several people opens one for each: `async with Client(app) as other: ...`.
    """

    def __init__(self, app: Starlette) -> None:
        self.settings: Settings = app.state.settings
        super().__init__(transport=httpx2.ASGITransport(app=app), base_url=self.settings.base_url)

    def set_cookie(self, name: str, value: str) -> None:
        """As if an answer of the application had set it."""
        # What the cookie jar makes of a host without a dot.
        self.cookies.set(name, value, domain=f"{self.settings.public_host}.local", path="/")
