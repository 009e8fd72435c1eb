"""OpenID Connect: authorization code flow with PKCE, discovery, and ID tokens signed with a public key.

OpenID Connect Core 1.0 and Discovery 1.0; RFC 6749 (OAuth 2.0), RFC 7636 (PKCE), RFC 9207 (the issuer in the answer).
Loaded only if a provider of this kind is set. Authlib writes the requests and judges the claims; joserfc verifies the
signature.
"""

import asyncio
import contextlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus, urlsplit

from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet, import_key
from joserfc.jws import JWSRegistry

from server.models.people import SUBJECT
from server.providers.asking import Asker, Proof, text, token
from server.providers.attempts import Attempt
from server.providers.configured import Provider, is_on_this_machine, is_private
from server.providers.refusals import ProofRefused, ProviderDown

# Asymmetric alone: with HS256 the public key, or the secret that others may know, could sign (RFC 8725, section 3.1).
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
KEY_TYPES = frozenset({"RSA", "EC"})
LEEWAY_S = 60  # that clocks may differ
KEPT_S = 3600.0  # how long the discovery document and the keys are kept
RESTS_S = 5.0  # how long a provider that did not answer is not asked for its discovery document again
MOST_KEYS = 50
MOST_ID_TOKEN = 64 * 1024
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
# What libraries raise for a token that is no token.
MALFORMED = (JoseError, ValueError, KeyError, TypeError, AttributeError, RecursionError)


@dataclass(frozen=True)
class Discovered:
    """What a provider's discovery document says. until: by the monotonic clock."""

    authorization: str
    token: str
    keys: str
    userinfo: str
    takes_basic: bool
    names_itself: bool
    until: float


class OpenIdConnect:
    """Sign-in at one OpenID provider."""

    tells_addresses = True

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._asker = Asker(provider.name)
        self._reading = asyncio.Lock()
        self._document: Discovered | None = None
        self._keys: tuple[KeySet, float] | None = None
        self._failed_at: float | None = None

    async def address(self, attempt: Attempt, back: str, user_agent: str) -> str:
        """Return the address at the provider to which the browser goes. Raises ProviderDown."""
        found = await self._discovered()
        return str(
            prepare_grant_uri(
                found.authorization,
                self._provider.client_id,
                "code",
                redirect_uri=back,
                scope=self._provider.asked_scopes,
                state=attempt.state,
                nonce=attempt.nonce,
                code_challenge=create_s256_code_challenge(attempt.verifier),
                code_challenge_method="S256",
            )
        )

    async def proof(self, attempt: Attempt, back: str, answer: Mapping[str, str]) -> Proof:
        """Return who signed in, by the ID token for the code. Raises ProviderDown and ProofRefused."""
        found = await self._discovered()
        issuer = answer.get("iss")
        if issuer != self._provider.issuer and (issuer is not None or found.names_itself):
            raise self._refused("another issuer answered")
        given = await self._token(found, attempt, back, token(answer, "code"))
        access = token(given, "access_token")
        claims = await self._claims(found, token(given, "id_token", MOST_ID_TOKEN), attempt.nonce, access)
        known: Mapping[str, Any] = claims
        if "email" not in claims and found.userinfo and access:
            known = await self._asker.get(found.userinfo, {"Authorization": f"Bearer {access}"})
            if known.get("sub") != claims["sub"]:
                raise self._refused("userinfo is about somebody else")
        # Some providers write "true"; only the value true is what the specification says.
        is_verified = known.get("email_verified") is True
        return Proof(claims["sub"], text(known, "email", 320) if is_verified else "")

    def _refused(self, why: str) -> ProofRefused:
        self._asker.note(why)
        return ProofRefused()

    # Discovery ----------------------------------------------------------------------------------------------------

    async def _discovered(self) -> Discovered:
        """Return the discovery document, asked for by one request at a time and kept for KEPT_S."""
        async with self._reading:
            now = time.monotonic()
            if self._document is None or self._document.until <= now:
                if self._failed_at is not None and now < self._failed_at + RESTS_S:
                    raise ProviderDown
                try:
                    self._document = await self._read_document(now)
                except ProviderDown:
                    self._failed_at = time.monotonic()
                    raise
            return self._document

    async def _read_document(self, now: float) -> Discovered:
        issuer = self._provider.issuer
        said = await self._asker.get(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        if said.get("issuer") != issuer:
            raise self._asker.down(urlsplit(issuer).netloc, f"names itself otherwise: {text(said, 'issuer', 255)!r}")
        methods = said.get("token_endpoint_auth_methods_supported")
        return Discovered(
            authorization=self._checked(said, "authorization_endpoint"),
            token=self._checked(said, "token_endpoint"),
            keys=self._checked(said, "jwks_uri"),
            userinfo=self._checked(said, "userinfo_endpoint") if said.get("userinfo_endpoint") else "",
            takes_basic=not isinstance(methods, list) or "client_secret_basic" in methods,
            names_itself=said.get("authorization_response_iss_parameter_supported") is True,
            until=now + KEPT_S,
        )

    def _checked(self, said: Mapping[str, Any], name: str) -> str:
        """Return an address of the document. Raises ProviderDown for one that is not safe to open.

        Addresses have HTTPS, except for a provider on this machine; only a provider inside a network may lead there.
        """
        url, issuer = text(said, name, 2000), self._provider.issuer
        with contextlib.suppress(ValueError):
            parts = urlsplit(url)
            is_own = parts.hostname == urlsplit(issuer).hostname
            is_safe = parts.scheme == "https" or (parts.scheme == "http" and is_own and is_on_this_machine(issuer))
            is_plain = url.isascii() and url.isprintable() and not {" ", "#", "@"} & set(url) and parts.port != 0
            if is_safe and is_plain and parts.hostname and (is_own or not is_private(parts.hostname)):
                return url
        raise self._asker.down(urlsplit(issuer).netloc, f"has an unsafe {name}")

    # Tokens -------------------------------------------------------------------------------------------------------

    async def _token(self, found: Discovered, attempt: Attempt, back: str, code: str) -> Mapping[str, Any]:
        """Return what the token endpoint gives for a code."""
        if not code:
            raise self._refused("no code came back")
        body = prepare_token_request("authorization_code", code=code, redirect_uri=back, code_verifier=attempt.verifier)
        client = self._client(takes_basic=found.takes_basic)
        url, headers, body = client.prepare("POST", found.token, dict(FORM), body)
        given = await self._asker.post(url, body, headers)
        if "id_token" not in given:
            raise self._refused(f"no ID token was given: {text(given, 'error', 60)!r}")
        return given

    def _client(self, *, takes_basic: bool) -> ClientAuth:
        """Return what adds id and secret to a request (RFC 6749, section 2.3.1, which encodes both in a header)."""
        id, secret = self._provider.client_id, self._provider.client_secret
        if not secret:
            return ClientAuth(id, secret, "none")
        if takes_basic:
            return ClientAuth(quote_plus(id), quote_plus(secret), "client_secret_basic")
        return ClientAuth(id, secret, "client_secret_post")

    async def _claims(self, found: Discovered, signed: str, nonce: str, access: str) -> Mapping[str, Any]:
        """Return the claims of an ID token once signature and claims are right (OpenID Connect Core, 3.1.3.7).

        The keys are read anew once if none of them is the token's.
        """
        try:
            try:
                decoded = self._decoded(signed, await self._key_set(found))
            except InvalidKeyIdError:
                decoded = self._decoded(signed, await self._key_set(found, anew=True))
            issuer, client_id = self._provider.issuer, self._provider.client_id
            options = {"aud": {"essential": True, "value": client_id}}
            params = {"nonce": nonce, "client_id": client_id, "access_token": access}
            claims = CodeIDToken(decoded.claims, decoded.header, options, params)
            claims.validate(leeway=LEEWAY_S)
            # The library would accept a list that contains the issuer.
            if claims["iss"] != issuer or not text(claims, "sub", SUBJECT):
                raise ValueError("iss or sub")
        except MALFORMED as fault:
            # The message of a fault may repeat what it is about.
            raise self._refused(f"the ID token is wrong: {type(fault).__name__}") from None
        return dict(claims)

    def _decoded(self, signed: str, keys: KeySet) -> jwt.Token:
        return jwt.decode(signed, keys, registry=JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False))

    async def _key_set(self, found: Discovered, *, anew: bool = False) -> KeySet:
        """Return the provider's public keys; those that cannot verify an ID token are left out."""
        now = time.monotonic()
        if self._keys is None or self._keys[1] <= now or anew:
            said = (await self._asker.get(found.keys)).get("keys")
            kept = []
            for each in said[:MOST_KEYS] if isinstance(said, list) else ():
                with contextlib.suppress(*MALFORMED):
                    if each["kty"] in KEY_TYPES and each.get("use", "sig") == "sig":
                        kept.append(import_key(each))
            self._keys = KeySet(kept), now + KEPT_S
        return self._keys[0]
