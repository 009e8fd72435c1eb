"""WeCom (企业微信): sign-in of members in a browser.

As published at developer.work.weixin.qq.com/document/path/NUMBER: "构造企业微信登录链接" (98152) and, inside WeCom,
"构造网页授权链接" (91022); "获取access_token" (91039); "获取用户登录身份" (98176). It is no OpenID Connect: the code
tells the id of the member to whoever has the app's access token, and no address is told.
"""

import time
from collections.abc import Mapping
from urllib.parse import urlencode

from server.models.people import SUBJECT
from server.providers.asking import Asker, Proof, text, token
from server.providers.attempts import Attempt
from server.providers.configured import Provider
from server.providers.refusals import ProofRefused

AUTHORIZE = "https://open.weixin.qq.com"
INSIDE = "wxwork"  # in the User-Agent of WeCom's own browser
EARLY_S = 300  # an access token is fetched anew so long before its end
# The access token is invalid, or has ended early.
STALE = frozenset({40014, 42001})


class WeCom:
    """Sign-in at one organisation's app of WeCom."""

    tells_addresses = False

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._asker = Asker(provider.name)
        self._token: tuple[str, float] | None = None

    async def address(self, attempt: Attempt, back: str, user_agent: str) -> str:
        """Return the address at WeCom to which the browser goes: in WeCom itself, one that shows no QR code."""
        app = {"appid": self._provider.client_id, "agentid": self._provider.agent_id}
        asked = {**app, "redirect_uri": back, "state": attempt.state}
        if INSIDE in user_agent.lower():
            inside = urlencode({**asked, "response_type": "code", "scope": "snsapi_base"})
            place = self._provider.login if self._provider.login_url else AUTHORIZE
            return f"{place}/connect/oauth2/authorize?{inside}#wechat_redirect"
        return f"{self._provider.login}/wwlogin/sso/login?{urlencode({**asked, 'login_type': 'CorpApp'})}"

    async def proof(self, attempt: Attempt, back: str, answer: Mapping[str, str]) -> Proof:
        """Return the member to whom the code belongs. Raises ProviderDown and ProofRefused."""
        code = token(answer, "code")
        if not code:
            raise ProofRefused
        said = await self._member(await self._access_token(), code)
        if said.get("errcode") in STALE:
            self._token = None
            said = await self._member(await self._access_token(), code)
        # People outside the organisation have an openid or external_userid instead.
        subject = text(said, "userid", SUBJECT)
        if said.get("errcode") != 0 or not subject:
            self._asker.note(f"told no member: errcode {said.get('errcode')!r:.20}")
            raise ProofRefused
        return Proof(subject.lower())

    async def _member(self, access: str, code: str) -> Mapping[str, object]:
        asked = urlencode({"access_token": access, "code": code})
        return await self._asker.get(f"{self._provider.api}/cgi-bin/auth/getuserinfo?{asked}")

    async def _access_token(self) -> str:
        """Return the app's access token, which WeCom wants to be kept until it ends."""
        now = time.monotonic()
        if self._token is None or self._token[1] <= now:
            asked = urlencode({"corpid": self._provider.client_id, "corpsecret": self._provider.client_secret})
            said = await self._asker.get(f"{self._provider.api}/cgi-bin/gettoken?{asked}")
            access, seconds = token(said, "access_token"), said.get("expires_in")
            if said.get("errcode") != 0 or not access:
                raise self._asker.down("WeCom", f"gave no access token: errcode {said.get('errcode')!r:.20}")
            self._token = access, now + (seconds if isinstance(seconds, int) else 0) - EARLY_S
        return self._token[0]
