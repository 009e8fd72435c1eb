"""Sign-in of organisers and staff through a service that their organisation uses: OpenID Connect, WeCom, DingTalk."""
