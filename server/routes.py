"""The whole URL table: method, path, view, and who may call it."""

from starlette.routing import BaseRoute

from server import health
from server.access import Role
from server.accounts import views as accounts
from server.routing import on

ANYONE, SIGNED_IN = Role.ANYONE, Role.SIGNED_IN

ROUTES: list[BaseRoute] = [
    on("GET", "/", accounts.front, ANYONE),
    on("GET", "/sign-in", accounts.sign_in, ANYONE),
    on("POST", "/sign-in", accounts.ask_to_sign_in, ANYONE),
    on("GET", "/sign-in/code", accounts.code, ANYONE),
    on("POST", "/sign-in/code", accounts.use_code, ANYONE),
    on("GET", "/sign-in/link/{token}", accounts.link, ANYONE),
    on("POST", "/sign-in/link/{token}", accounts.use_link, ANYONE),
    on("POST", "/sign-out", accounts.sign_out, ANYONE),
    on("POST", "/language", accounts.choose_language, ANYONE),
    on("GET", "/account", accounts.account, SIGNED_IN),
    on("POST", "/account", accounts.save_account, SIGNED_IN),
    on("GET", "/healthz", health.healthz, ANYONE),
    on("GET", "/readyz", health.readyz, ANYONE),
]
