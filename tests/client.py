"""HTTP with the application in the same process and event loop."""

import httpx2
from starlette.applications import Starlette

from server.settings import Settings


class Client(httpx2.AsyncClient):
    """A browser without scripts: it keeps cookies, and follows redirects only if told to.

    Open one client for each person of a test: `async with Client(app) as other: ...`.
    """

    def __init__(self, app: Starlette) -> None:
        self.settings: Settings = app.state.settings
        super().__init__(transport=httpx2.ASGITransport(app=app), base_url=self.settings.base_url)

    def set_cookie(self, name: str, value: str) -> None:
        """Set a cookie as if an answer of the application had set it."""
        # The cookie jar's name for a host without a dot.
        self.cookies.set(name, value, domain=f"{self.settings.public_host}.local", path="/")
