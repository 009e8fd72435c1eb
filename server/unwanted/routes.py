"""Routes to switch e-mails off and on."""

from starlette.routing import Route

from server.roles import Role
from server.routing import on
from server.unwanted import switching


def of_unwanted() -> list[Route]:
    """Return the routes of the account page's form and of the links in e-mails."""
    return [
        on("POST", "/account/emails", switching.choose, Role.SIGNED_IN),
        on("GET", "/unsubscribe/{unwanted}", switching.ask, Role.ANYONE),
        on("POST", "/unsubscribe/{unwanted}", switching.switch_off, Role.ANYONE),
    ]
