"""WeCom and DingTalk on loopback, as far as people sign in with them; the adapters name the documents.

People sign in without being asked. A code works once; errors have the codes and shapes of the services.
"""

import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from server.providers.configured import Provider
from tests.openid import Answer, as_json, serving

CORP, AGENT, SECRET = "ww-corp", "1000002", "a secret of the app & more"


@dataclass
class WeComServer:
    """WeCom. member: what it tells of whoever signs in. asked: paths of all requests. token: the app's present one."""

    url: str = ""
    member: dict[str, str] = field(default_factory=lambda: {"userid": "ZhangSan"})
    asked: list[str] = field(default_factory=list)
    codes: set[str] = field(default_factory=set)
    token: str = "first"
    status: int = 200

    def settings(self, **more: Any) -> Provider:
        """Return the setting of this service."""
        ours = {"client_id": CORP, "client_secret": SECRET, "agent_id": AGENT}
        return Provider(
            **{"name": "wecom", "kind": "wecom", "login_url": self.url, "api_url": self.url, **ours, **more}
        )

    def answer(self, method: str, path: str, query: dict[str, str], headers: Mapping[str, str], body: str) -> Answer:
        """Return status, headers and body of an answer."""
        self.asked.append(path)
        if self.status != 200:
            return as_json(self.status, {})
        if path in ("/wwlogin/sso/login", "/connect/oauth2/authorize"):
            kind = ("scope", "snsapi_base") if path.startswith("/connect") else ("login_type", "CorpApp")
            assert (query[kind[0]], query["appid"], query["agentid"]) == (kind[1], CORP, AGENT)
            self.codes.add(code := secrets.token_urlsafe())
            back = {"code": code, "state": query["state"], "appid": CORP}
            return 302, {"Location": f"{query['redirect_uri']}?{urlencode(back)}"}, b""
        if path == "/cgi-bin/gettoken":
            if (query["corpid"], query["corpsecret"]) != (CORP, SECRET):
                return as_json(200, {"errcode": 40001, "errmsg": "invalid credential"})
            return as_json(200, {"errcode": 0, "errmsg": "ok", "access_token": self.token, "expires_in": 7200})
        if path != "/cgi-bin/auth/getuserinfo":
            return as_json(404, {})
        if query["access_token"] != self.token:
            return as_json(200, {"errcode": 42001, "errmsg": "access_token expired"})
        if query["code"] not in self.codes:
            return as_json(200, {"errcode": 40029, "errmsg": "invalid code"})
        self.codes.remove(query["code"])
        return as_json(200, {"errcode": 0, "errmsg": "ok", **self.member})


@dataclass
class DingTalkServer:
    """DingTalk. person: what it tells of whoever signs in. error: instead of a code."""

    url: str = ""
    person: dict[str, Any] = field(default_factory=lambda: {"unionId": "union-1", "nick": "李四"})
    error: str = ""
    codes: set[str] = field(default_factory=set)
    tokens: set[str] = field(default_factory=set)

    def settings(self, **more: Any) -> Provider:
        """Return the setting of this service."""
        ours = {"client_id": "ding-app", "client_secret": SECRET, "login_url": self.url, "api_url": self.url}
        return Provider(**{"name": "dingtalk", "kind": "dingtalk", **ours, **more})

    def answer(self, method: str, path: str, query: dict[str, str], headers: Mapping[str, str], body: str) -> Answer:
        """Return status, headers and body of an answer."""
        if path == "/oauth2/auth":
            right = {"response_type": "code", "client_id": "ding-app", "scope": "openid", "prompt": "consent"}
            assert {name: query.get(name) for name in right} == right
            self.codes.add(code := secrets.token_urlsafe())
            back = {"state": query["state"], **({"error": self.error} if self.error else {"authCode": code})}
            return 302, {"Location": f"{query['redirect_uri']}?{urlencode(back)}"}, b""
        if (method, path) == ("POST", "/v1.0/oauth2/userAccessToken"):
            asked = json.loads(body)
            ours = {"clientId": "ding-app", "clientSecret": SECRET, "grantType": "authorization_code"}
            if {name: asked.get(name) for name in ours} != ours or asked["code"] not in self.codes:
                return as_json(400, {"code": "invalidParameter.authCode.notFound", "message": "不存在的授权码"})
            self.codes.remove(asked["code"])
            self.tokens.add(token := secrets.token_urlsafe())
            return as_json(200, {"accessToken": token, "refreshToken": "-", "expireIn": 7200})
        if path == "/v1.0/contact/users/me" and headers.get("x-acs-dingtalk-access-token") in self.tokens:
            return as_json(200, {"openId": "open-1", **self.person})
        return as_json(401, {"code": "InvalidAuthentication", "message": "不合法的access_token"})


@contextmanager
def wecom() -> Iterator[WeComServer]:
    """Yield a running WeCom."""
    found = WeComServer()
    with serving(lambda *asked: found.answer(*asked)) as found.url:
        yield found


@contextmanager
def dingtalk() -> Iterator[DingTalkServer]:
    """Yield a running DingTalk."""
    found = DingTalkServer()
    with serving(lambda *asked: found.answer(*asked)) as found.url:
        yield found
