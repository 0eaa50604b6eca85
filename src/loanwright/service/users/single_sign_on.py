"""Logging in through the identity provider of the lender: OpenID Connect, code flow with PKCE.

Needs the extra `sso`; imported only where an issuer is set.
"""

import base64
import binascii
import hmac
import json
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

import httpx
from authlib.oauth2.rfc7636 import create_s256_code_challenge  # type: ignore[import-untyped]
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlalchemy import Connection, Row

from loanwright.errors import Forbidden, Rejected, Unavailable
from loanwright.service.audit.schemas import Actor, Change
from loanwright.service.kit.clock import from_iso, iso
from loanwright.service.kit.database import Database, database_now
from loanwright.service.kit.problem import Unauthenticated
from loanwright.service.privacy.keys import Key, SealBroken
from loanwright.service.users import repository
from loanwright.service.users.logins import LoggedIn, Logins, Visitor
from loanwright.service.users.permissions import Role
from loanwright.service.users.schemas import Status, Way
from loanwright.service.users.service import NewUser, Users

CALLBACK: Final = "/auth/oidc/callback"
# No "none", and nothing that the public key of the provider could be mistaken for.
ALGORITHMS: Final = ["RS256", "PS256", "ES256", "EdDSA"]
OK: Final = 200
SERVER_ERROR: Final = 500
SECRET_BYTES: Final = 48
SCOPE: Final = "openid email profile"
LEEWAY: Final = 60
PATIENCE: Final = 1.5
KNOWN_FOR: Final = 3_600.0
ASKED_AGAIN_AFTER: Final = 10.0
JOURNEY: Final = timedelta(minutes=10)
PLACE: Final = "cookies.oidc"
LOCAL: Final = frozenset({"127.0.0.1", "::1", "localhost"})


class SignOnMisconfigured(Rejected):
    """Single sign-on cannot be used: {why}."""


class SignOnRefused(Unauthenticated):
    """The answer of the identity provider cannot be used: {why}."""


class RoleUnmapped(Forbidden):
    """The identity provider gives you no role here; ask an administrator."""


class RoleDiffers(Forbidden):
    """The identity provider gives you another role than you have here; it must be approved."""


class ProviderUnavailable(Unavailable):
    """The identity provider does not answer now."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Provider:
    """The identity provider, and who we are to it.

    Attributes
    ----------
    role_claim
        Where the token says what somebody is; dots lead into objects.
    roles
        Which of its words stands for which of our roles.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    public_url: str
    role_claim: str = "groups"
    roles: Mapping[str, Role] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Departure:
    """Where a browser goes, and what it keeps until it is back."""

    url: str
    journey: str = field(repr=False)


class SingleSignOn:
    """Sends browsers to the identity provider, and takes them in when they come back."""

    def __init__(
        self,
        provider: Provider,
        *,
        database: Database,
        master: Key,
        users: Users,
        logins: Logins,
        tick: Callable[[], float] = time.monotonic,
    ) -> None:
        _check(provider)
        self._provider = provider
        self._database = database
        self._master = master
        self._users = users
        self._logins = logins
        self._tick = tick
        self._http = httpx.Client(timeout=PATIENCE, follow_redirects=False)
        self._known: dict[str, tuple[float, dict[str, Any]]] = {}

    def depart(self) -> Departure:
        """Return where a browser goes to log in."""
        state, nonce, verifier = (secrets.token_urlsafe(SECRET_BYTES) for _ in range(3))
        asked = {
            "response_type": "code",
            "client_id": self._provider.client_id,
            "redirect_uri": self._provider.public_url + CALLBACK,
            "scope": SCOPE,
            "state": state,
            "nonce": nonce,
            "code_challenge": create_s256_code_challenge(verifier),
            "code_challenge_method": "S256",
        }
        url = f"{self._discovered('authorization_endpoint')}?{urlencode(asked)}"
        with self._database.read() as connection:
            now = database_now(connection)
        journey = {"state": state, "nonce": nonce, "verifier": verifier, "at": iso(now)}
        sealed = self._master.seal_bytes(json.dumps(journey).encode(), place=PLACE)
        return Departure(url=url, journey=base64.urlsafe_b64encode(sealed).decode().rstrip("="))

    def arrive(self, query: Mapping[str, str], journey: str | None, visitor: Visitor) -> LoggedIn:
        """Begin the session of whoever comes back from the identity provider."""
        with self._database.read() as connection:
            now = database_now(connection)
        began = self._journey(journey, now)
        if not hmac.compare_digest(query.get("state", "").encode(), began["state"].encode()):
            raise SignOnRefused(why="state")
        if "code" not in query or query.get("iss", self._provider.issuer) != self._provider.issuer:
            raise SignOnRefused(why="code")
        claims = self._claims(self._token(query["code"], began["verifier"]), began["nonce"], now)
        with self._database.write() as connection:
            user_id = self._user(connection, claims, visitor)
            logged_in = self._logins.begin(connection, user_id, visitor, way=Way.OIDC)
        self._logins.sessions.forget()
        return logged_in

    def close(self) -> None:
        """Close what is open."""
        self._http.close()

    def _journey(self, journey: str | None, now: datetime) -> dict[str, str]:
        try:
            text = journey or ""
            sealed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
            began: dict[str, str] = json.loads(self._master.open_bytes(sealed, place=PLACE))
        except (SealBroken, binascii.Error, ValueError):
            raise SignOnRefused(why="journey") from None
        if not timedelta() <= now - from_iso(began["at"]) <= JOURNEY:
            raise SignOnRefused(why="journey")
        return began

    def _token(self, code: str, verifier: str) -> str:
        """Return the ID token that a code is good for."""
        sent = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._provider.public_url + CALLBACK,
            "code_verifier": verifier,
        }
        ours = (quote(self._provider.client_id), quote(self._provider.client_secret))
        try:
            answer = self._http.post(self._discovered("token_endpoint"), data=sent, auth=ours)
            found = answer.json()
        except (httpx.HTTPError, ValueError) as failure:
            raise ProviderUnavailable from failure
        if answer.status_code >= SERVER_ERROR:
            raise ProviderUnavailable
        token = found.get("id_token") if isinstance(found, dict) else None
        if answer.status_code != OK or not isinstance(token, str):
            raise SignOnRefused(why="code")
        return token

    def _claims(self, token: str, nonce: str, now: datetime) -> dict[str, Any]:
        claims = self._verified(token).claims
        registry = jwt.JWTClaimsRegistry(
            now=lambda: int(now.timestamp()),
            leeway=LEEWAY,
            iss={"essential": True, "value": self._provider.issuer},
            aud={"essential": True, "value": self._provider.client_id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        try:
            registry.validate(claims)
        except JoseError as refusal:
            raise SignOnRefused(why=str(getattr(refusal, "claim", "") or "claims")) from refusal
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if claims.get("azp", None if several else self._provider.client_id) != (
            self._provider.client_id
        ):
            raise SignOnRefused(why="azp")
        return dict(claims)

    def _verified(self, token: str) -> jwt.Token:
        for again in (False, True):
            keys = KeySet.import_key_set(self._keys(again=again))  # type: ignore[arg-type]
            try:
                return jwt.decode(token, keys, algorithms=ALGORITHMS)
            except (JoseError, ValueError) as refusal:
                # The provider may have changed its keys since we asked.
                if again:
                    raise SignOnRefused(why="signature") from refusal
        raise SignOnRefused(why="signature")

    def _keys(self, *, again: bool) -> dict[str, Any]:
        return self._fetch(self._discovered("jwks_uri"), again=again)

    def _discovered(self, name: str) -> str:
        found = self._fetch(f"{self._provider.issuer}/.well-known/openid-configuration")
        if found.get("issuer") != self._provider.issuer or not isinstance(found.get(name), str):
            raise SignOnMisconfigured(why="the issuer describes itself as another one")
        return str(found[name])

    def _fetch(self, url: str, *, again: bool = False) -> dict[str, Any]:
        now, held = self._tick(), self._known.get(url)
        if held is not None and now - held[0] < (ASKED_AGAIN_AFTER if again else KNOWN_FOR):
            return held[1]
        try:
            found = self._http.get(url).raise_for_status().json()
        except (httpx.HTTPError, ValueError) as failure:
            raise ProviderUnavailable from failure
        if not isinstance(found, dict):
            raise ProviderUnavailable
        self._known[url] = (now, found)
        return found

    def _user(self, connection: Connection, claims: Mapping[str, Any], visitor: Visitor) -> str:
        """Return who this is: known by the provider's name, by the address, or new."""
        role = self._role(claims)
        name = f"users.subject:{self._provider.issuer}\n{claims['sub']}"
        subject_hash = self._master.salt(name).hex()
        found = repository.find_user(connection, subject_hash=subject_hash)
        if found is None:
            found = self._linked(connection, claims, subject_hash, visitor)
        if found is None:
            new = NewUser(
                name=str(claims.get("name") or claims["email"]), email=claims["email"], role=role
            )
            actor = Actor(id="system:single-sign-on", request_id=visitor.request_id)
            if role is Role.ADMIN:
                raise RoleDiffers
            return self._users.add(connection, new, actor=actor, subject_hash=subject_hash).id
        if found.status != Status.ACTIVE:
            raise SignOnRefused(why="status")
        if found.role != role:
            raise RoleDiffers
        return str(found.id)

    def _linked(
        self,
        connection: Connection,
        claims: Mapping[str, Any],
        subject_hash: str,
        visitor: Visitor,
    ) -> Row[Any] | None:
        """Return the user with this address, who is the provider's from now on."""
        if claims.get("email_verified") is not True or not isinstance(claims.get("email"), str):
            raise SignOnRefused(why="email")
        email_hash = self._users.email_hash(claims["email"])
        found = repository.find_user(connection, email_hash=email_hash)
        if found is None:
            return None
        if found.subject_hash is not None:
            raise SignOnRefused(why="email")
        repository.update_user(connection, found.id, {"subject_hash": subject_hash})
        actor = Actor(id=found.id, request_id=visitor.request_id)
        self._users.audit.record(
            connection, actor, [Change(action="user.linked", subject=found.id)]
        )
        return repository.find_user(connection, id=found.id)

    def _role(self, claims: Mapping[str, Any]) -> Role:
        found: Any = claims
        for part in self._provider.role_claim.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
        words = found if isinstance(found, list) else [found]
        # In the order of the setting: what stands first there is more.
        for word, role in self._provider.roles.items():
            if word in words:
                return role
        raise RoleUnmapped


def _check(provider: Provider) -> None:
    for name in ("issuer", "public_url"):
        url = urlsplit(getattr(provider, name))
        safe = url.scheme == "https" or (url.scheme == "http" and url.hostname in LOCAL)
        if not safe or getattr(provider, name).endswith("/"):
            raise SignOnMisconfigured(
                why=f"{name} must be https://… without a slash at its end (http on this machine)"
            )
    if not provider.client_id or not provider.client_secret:
        raise SignOnMisconfigured(why="oidc_client_id and oidc_client_secret must be set")
    if not provider.roles or Role.BORROWER in provider.roles.values():
        raise SignOnMisconfigured(why="oidc_roles must map to roles of the lender's people")
