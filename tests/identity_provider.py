"""An identity provider of our own, in a process of its own: `python -m tests.identity_provider`.

It speaks OpenID Connect over real HTTP: discovery, keys, authorisation, tokens; it checks the
client, the address to return to, the code and PKCE. `POST /told` says whom the next browser is, and
how the next token shall be wrong.
"""

import base64
import hmac
import json
import secrets
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT_ID, CLIENT_SECRET = "loanwright", "the secret of the client"
ANNA = {
    "sub": "anna",
    "name": "Anna Beispiel",
    "email": "anna@example.com",
    "email_verified": True,
    "groups": ["everybody", "loan-underwriters"],
}


class Provider:
    """What the provider knows."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.keys = [RSAKey.generate_key(2048, parameters={"kid": "first"})]
        self.codes: dict[str, dict[str, str]] = {}
        self.told: dict[str, Any] = {}

    def token(self, asked: dict[str, str]) -> str:
        now = int(time.time())
        claims = {
            **ANNA,
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            **self.told.get("claims", {}),
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        return self._signed(claims)

    def _signed(self, claims: dict[str, Any]) -> str:
        how, key = self.told.get("signed"), self.keys[-1]
        if how == "by another key":
            key = RSAKey.generate_key(2048, parameters={"kid": key.kid})
        if how == "by a new key":
            key = RSAKey.generate_key(2048, parameters={"kid": secrets.token_hex(4)})
            self.keys.append(key)
        if how == "with the public key":
            # By hand: the library would not take a public key for a secret.
            signed = ".".join(map(_plain, ({"alg": "HS256", "kid": key.kid}, claims)))
            mark = hmac.digest(self.keys[0].as_pem(private=False), signed.encode(), "sha256")
            return f"{signed}.{base64.urlsafe_b64encode(mark).decode().rstrip('=')}"
        if how == "not at all":
            parts = ({"alg": "none"}, claims)
            return ".".join(_plain(part) for part in parts) + "."
        token = jwt.encode({"alg": "RS256", "kid": key.kid}, claims, key)
        if how == "and changed":
            head, body, mark = token.split(".")
            forged = json.loads(base64.urlsafe_b64decode(body + "==")) | {"groups": ["admins"]}
            token = f"{head}.{_plain(forged)}.{mark}"
        return token


def _plain(part: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


class Handler(BaseHTTPRequestHandler):
    """Answers one request."""

    provider: Provider

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        if url.path == "/.well-known/openid-configuration":
            issuer = self.provider.issuer
            document = {
                "issuer": self.provider.told.get("issuer", issuer),
                "authorization_endpoint": f"{issuer}/authorize",
                "token_endpoint": f"{issuer}/token",
                "jwks_uri": f"{issuer}/keys",
            }
            self._answer(200, document)
        elif url.path == "/keys":
            keys = [key.as_dict(private=False) for key in self.provider.keys]
            self._answer(200, {"keys": keys})
        elif url.path == "/authorize":
            self._authorize(dict(parse_qsl(url.query)))
        else:
            self._answer(404, {})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.path == "/told":
            self.provider.told = json.loads(body)
            self._answer(200, {})
        elif self.path == "/token":
            self._token(dict(parse_qsl(body.decode())))

    def _authorize(self, asked: dict[str, str]) -> None:
        right = {"response_type": "code", "client_id": CLIENT_ID, "code_challenge_method": "S256"}
        if not right.items() <= asked.items() or "openid" not in asked["scope"].split():
            self._answer(400, {"error": "invalid_request"})
            return
        code = secrets.token_urlsafe(16)
        self.provider.codes[code] = asked
        back = {"code": code, "state": asked["state"]}
        self.send_response(303)
        self.send_header("location", f"{asked['redirect_uri']}?{urlencode(back)}")
        self.send_header("content-length", "0")
        self.end_headers()

    def _token(self, sent: dict[str, str]) -> None:
        basic = self.headers.get("authorization", "").removeprefix("Basic ")
        caller = [unquote(one) for one in base64.b64decode(basic).decode().split(":", 1)]
        asked = self.provider.codes.pop(sent.get("code", ""), None)
        good = (
            caller == [CLIENT_ID, CLIENT_SECRET]
            and asked is not None
            and sent["grant_type"] == "authorization_code"
            and sent["redirect_uri"] == asked["redirect_uri"]
            and create_s256_code_challenge(sent["code_verifier"]) == asked["code_challenge"]
        )
        if not good or asked is None:
            self._answer(400, {"error": "invalid_grant"})
            return
        token = {
            "access_token": "x",
            "token_type": "Bearer",
            "id_token": self.provider.token(asked),
        }
        self._answer(200, token)

    def _answer(self, status: int, document: dict[str, Any]) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words: object) -> None:
        """Say nothing."""


def main() -> None:
    """Serve until killed; print the issuer first."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Handler.provider = Provider(f"http://127.0.0.1:{server.server_port}")
    print(Handler.provider.issuer, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    sys.exit(main())
