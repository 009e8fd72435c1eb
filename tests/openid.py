"""An OpenID provider on loopback: discovery, authorize, token, keys and userinfo, or lies as a test says.

It holds to the specifications where it can: a code works once, for the client, the address and the PKCE verifier it was
made for. People sign in at it without being asked.
"""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote_plus, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from server.providers.configured import Provider

CLIENT, SECRET = "duijie", "a secret of the client: % and +"
Claims = dict[str, Any]
Answer = tuple[int, Mapping[str, str], bytes]
# Making a key takes a quarter of a second.
KEYS = [RSAKey.generate_key(2048, parameters={"kid": f"key-{number}"}) for number in range(2)]


def half_hash(token: str) -> str:
    """Return at_hash of an access token, for algorithms with SHA-256."""
    return base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()[:16]).decode().rstrip("=")


def signed(claims: Claims, key: RSAKey | ECKey, **header: Any) -> str:
    """Return an ID token."""
    return jwt.encode({"alg": "RS256", "kid": key.kid, **header}, claims, key)


@dataclass
class OpenIdProvider:
    """The provider. claims: of the person who signs in. sign: makes the ID token. asked: paths of all requests.

    document: what the discovery document says otherwise. error: instead of a code. pause: where set, the token endpoint
    does not answer until it is.
    """

    url: str = ""
    claims: Claims = field(default_factory=lambda: {"sub": "u-1", "email": "anna@example.org", "email_verified": True})
    document: Claims = field(default_factory=dict)
    userinfo: Claims = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: KEYS[0])
    sign: Callable[[Claims, RSAKey], str] = signed
    error: str = ""
    status: int = 200
    pause: threading.Event | None = None
    asked: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def settings(self, name: str = "acme", **more: Any) -> Provider:
        """Return the setting of this provider."""
        values = {"name": name, "title": name.upper(), "issuer": self.url, "client_id": CLIENT, "client_secret": SECRET}
        return Provider(**{**values, **more})

    def answer(self, method: str, path: str, query: dict[str, str], headers: Mapping[str, str], body: str) -> Answer:
        """Return status, headers and body of an answer."""
        self.asked.append(path)
        if self.status != 200:
            return self.status, {}, b"{}"
        if path == "/authorize":
            return self._authorize(query)
        if path == "/token" and method == "POST":
            if self.pause:
                self.pause.wait()
            return self._token(headers.get("authorization", ""), {k: v[0] for k, v in parse_qs(body).items()})
        found = {"/.well-known/openid-configuration": self._discovery, "/jwks": self._jwks, "/userinfo": self._who}
        return as_json(200, found[path]()) if path in found else as_json(404, {})

    def _discovery(self) -> Claims:
        said = {"issuer": self.url, "jwks_uri": f"{self.url}/jwks", "userinfo_endpoint": f"{self.url}/userinfo"}
        ends = {"authorization_endpoint": f"{self.url}/authorize", "token_endpoint": f"{self.url}/token"}
        return {**said, **ends, "authorization_response_iss_parameter_supported": True, **self.document}

    def _jwks(self) -> Claims:
        strange = [{"kty": "oct", "kid": "key-0", "k": "AAAA"}, {"kty": "OKP"}, {}, 5]
        return {"keys": [*strange, {**self.key.as_dict(private=False), "use": "sig"}]}

    def _who(self) -> Claims:
        return {"sub": self.claims["sub"], **self.userinfo}

    def _authorize(self, query: dict[str, str]) -> Answer:
        right = {"response_type": "code", "client_id": CLIENT, "code_challenge_method": "S256"}
        assert {name: query.get(name) for name in right} == right
        assert query["scope"].split() == ["openid", "email"] and len(query["nonce"]) >= 32 and len(query["state"]) >= 32
        back = {"state": query["state"], "iss": self.url}
        if self.error:
            back["error"] = self.error
        else:
            back["code"] = secrets.token_urlsafe()
            self.codes[back["code"]] = query
        return 302, {"Location": f"{query['redirect_uri']}?{urlencode(back)}"}, b""

    def _token(self, auth: str, form: dict[str, str]) -> Answer:
        basic = base64.b64encode(f"{CLIENT}:{quote_plus(SECRET)}".encode()).decode()
        asked = self.codes.pop(form.get("code", ""), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if auth != f"Basic {basic}":
            return as_json(401, {"error": "invalid_client"})
        if (
            asked is None
            or form["redirect_uri"] != asked["redirect_uri"]
            or challenge.decode().rstrip("=") != asked["code_challenge"]
        ):
            return as_json(400, {"error": "invalid_grant"})
        now, access = int(time.time()), secrets.token_urlsafe()
        usual = {"iss": self.url, "aud": CLIENT, "exp": now + 300, "iat": now, "nonce": asked["nonce"]}
        claims = {**usual, "at_hash": half_hash(access), **self.claims}
        return as_json(200, {"access_token": access, "token_type": "Bearer", "id_token": self.sign(claims, self.key)})


def as_json(status: int, value: Any) -> Answer:
    """Return an answer in JSON."""
    return status, {"Content-Type": "application/json"}, json.dumps(value).encode()


@contextmanager
def serving(answer: Callable[[str, str, dict[str, str], Mapping[str, str], str], Answer]) -> Iterator[str]:
    """Serve answers on loopback and yield the address. answer: of method, path, query, headers and body."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, sent, data = answer(self.command, parts.path, query, headers, body)
            self.send_response(status)
            for name, value in {**sent, "Content-Length": str(len(data))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: Any, client_address: Any) -> None:
            """Ignore errors: clients may hang up early."""

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def openid_provider() -> Iterator[OpenIdProvider]:
    """Yield a running provider."""
    found = OpenIdProvider()
    with serving(lambda *asked: found.answer(*asked)) as found.url:
        try:
            yield found
        finally:
            if found.pause is not None:
                found.pause.set()
