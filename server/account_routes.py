"""Routes of sign-in and of the account: see `server.routes`."""

from starlette.routing import BaseRoute

from server.accounts import passkey_views as passkeys
from server.accounts import views as accounts
from server.privacy import views as privacy
from server.providers import views as providers
from server.roles import Role
from server.routing import on
from server.unwanted.routes import of_unwanted

ANYONE, SIGNED_IN = Role.ANYONE, Role.SIGNED_IN


def of_accounts() -> list[BaseRoute]:
    """Return the routes of everybody, in any event or none."""
    return [
        on("GET", "/", accounts.front, ANYONE),
        on("GET", "/sign-in", accounts.sign_in, ANYONE),
        on("POST", "/sign-in", accounts.ask_to_sign_in, ANYONE),
        on("GET", "/sign-in/with/{provider}", providers.begin, ANYONE),
        on("GET", "/sign-in/with/{provider}/back", providers.back, ANYONE),
        on("POST", "/sign-in/passkey/options", passkeys.options_to_sign_in, ANYONE),
        on("POST", "/sign-in/passkey", passkeys.sign_in, ANYONE),
        on("GET", "/sign-in/code", accounts.code, ANYONE),
        on("POST", "/sign-in/code", accounts.use_code, ANYONE),
        on("POST", "/sign-in/code/again", accounts.ask_again, ANYONE),
        on("GET", "/sign-in/link/{token}", accounts.link, ANYONE),
        on("POST", "/sign-in/link/{token}", accounts.use_link, ANYONE),
        on("POST", "/sign-in/link/{token}/again", accounts.ask_again_by_link, ANYONE),
        on("POST", "/sign-out", accounts.sign_out, ANYONE),
        on("POST", "/language", accounts.choose_language, ANYONE),
        on("GET", "/account", accounts.account, SIGNED_IN),
        on("POST", "/account", accounts.save_account, SIGNED_IN),
        *_of_address(),
        on("POST", "/account/sign-out-everywhere", accounts.sign_out_everywhere, SIGNED_IN),
        on("POST", "/account/sessions/{session:int}/end", accounts.end_session, SIGNED_IN),
        on("POST", "/account/passkeys/options", passkeys.options_to_add, SIGNED_IN),
        on("POST", "/account/passkeys", passkeys.add, SIGNED_IN),
        on("POST", "/account/passkeys/{passkey:int}/remove", passkeys.remove, SIGNED_IN),
        on("POST", "/account/providers/{provider}", providers.connect, SIGNED_IN, page="/account"),
        on("POST", "/account/connections/{account:int}/remove", providers.remove, SIGNED_IN, page="/account"),
        *of_unwanted(),
        on("GET", "/account/data.zip", privacy.download, SIGNED_IN),
        on("GET", "/account/consents", privacy.consents, SIGNED_IN),
        on("GET", "/account/delete", privacy.ask_to_delete, SIGNED_IN),
        on("POST", "/account/delete", privacy.delete, SIGNED_IN),
    ]


def _of_address() -> list[BaseRoute]:
    return [
        on("POST", "/account/email", accounts.ask_to_change_address, SIGNED_IN),
        on("GET", "/account/email/confirm/{token}", accounts.address, ANYONE),
        on("POST", "/account/email/confirm/{token}", accounts.change_address, ANYONE),
        on("POST", "/account/email/again", accounts.ask_again_to_change_address, SIGNED_IN),
        on("POST", "/account/email/cancel", accounts.cancel_change, SIGNED_IN),
        on("GET", "/account/email/agree/{token}", accounts.agreeing, ANYONE),
        on("POST", "/account/email/agree/{token}", accounts.agree_to_change, ANYONE),
        on("GET", "/account/email/stop/{token}", accounts.stopping, ANYONE),
        on("POST", "/account/email/stop/{token}", accounts.stop_change, ANYONE),
    ]
