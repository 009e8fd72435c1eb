"""DingTalk (钉钉): sign-in in a browser.

As published at open.dingtalk.com: "实现登录第三方网站" (document/orgapp/tutorial-obtaining-user-personal-information),
"获取用户token" (document/orgapp/obtain-user-token), "获取用户通讯录个人信息" (document/orgapp/
dingtalk-retrieve-user-information). It is OAuth 2.0 without ID tokens: the code is exchanged for an access token of the
person, who tells their ids. An address that comes with them is not verified, and not read.
"""

import json
from collections.abc import Mapping
from urllib.parse import urlencode

from server.models.people import SUBJECT
from server.providers.asking import Asker, Proof, text, token
from server.providers.attempts import Attempt
from server.providers.configured import Provider
from server.providers.refusals import ProofRefused

JSON = {"Content-Type": "application/json"}
TOKEN_HEADER = "x-acs-dingtalk-access-token"  # noqa: S105


class DingTalk:
    """Sign-in at one app of DingTalk."""

    tells_addresses = False

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._asker = Asker(provider.name)

    async def address(self, attempt: Attempt, back: str, user_agent: str) -> str:
        """Return the address at DingTalk to which the browser goes."""
        asked = {
            "redirect_uri": back,
            "response_type": "code",
            "client_id": self._provider.client_id,
            "scope": self._provider.asked_scopes,
            "state": attempt.state,
            "prompt": "consent",
        }
        return f"{self._provider.login}/oauth2/auth?{urlencode(asked)}"

    async def proof(self, attempt: Attempt, back: str, answer: Mapping[str, str]) -> Proof:
        """Return the person to whom the code belongs. Raises ProviderDown and ProofRefused.

        The unionId is the same in all apps of one developer, so that a new app keeps everybody connected.
        """
        code = token(answer, "authCode") or token(answer, "code")
        if not code:
            raise ProofRefused
        asked = {"clientId": self._provider.client_id, "clientSecret": self._provider.client_secret}
        body = json.dumps({**asked, "code": code, "grantType": "authorization_code"})
        given = await self._asker.post(f"{self._provider.api}/v1.0/oauth2/userAccessToken", body, JSON)
        access = token(given, "accessToken")
        if not access:
            self._asker.note(f"gave no access token: {text(given, 'code', 60)!r}")
            raise ProofRefused
        said = await self._asker.get(f"{self._provider.api}/v1.0/contact/users/me", {TOKEN_HEADER: access})
        subject = text(said, "unionId", SUBJECT)
        if not subject:
            raise self._asker.down("DingTalk", "told no unionId")
        return Proof(subject)
