"""Who may do what, put together: keys, users, sessions, logins and roles."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Protocol

from loanwright.service.audit.service import Audit
from loanwright.service.kit.database import Database
from loanwright.service.kit.ids import Ids
from loanwright.service.privacy.vault import Vault
from loanwright.service.settings import Settings
from loanwright.service.users.grants import RoleGrants
from loanwright.service.users.guessing import Guessing, GuessLimits
from loanwright.service.users.keys import Keys, Lifetimes
from loanwright.service.users.logins import Logins
from loanwright.service.users.passwords import Passwords
from loanwright.service.users.permissions import Role
from loanwright.service.users.service import Users
from loanwright.service.users.sessions import Durations, Sessions

if TYPE_CHECKING:
    from loanwright.service.users.single_sign_on import SingleSignOn


@dataclass(frozen=True, kw_only=True)
class Access:
    """Who may do what."""

    keys: Keys
    users: Users
    sessions: Sessions
    logins: Logins
    role_grants: RoleGrants
    single_sign_on: "SingleSignOn | None"

    def close(self) -> None:
        """End the threads and close what is open."""
        self.logins.passwords.close()
        if self.single_sign_on is not None:
            self.single_sign_on.close()


class Ground(Protocol):
    """What access stands on."""

    @property
    def settings(self) -> Settings:
        """What was set from outside."""

    @property
    def database(self) -> Database:
        """Where everything is kept."""

    @property
    def new_id(self) -> Ids:
        """What makes identifiers."""

    @property
    def audit(self) -> Audit:
        """What writes down every change."""

    @property
    def vault(self) -> Vault:
        """What seals."""


def open_access(ground: Ground) -> Access:
    """Return who may do what, as the settings say."""
    settings, database, vault = ground.settings, ground.database, ground.vault
    shared: dict[str, Any] = {
        "database": database,
        "new_id": ground.new_id,
        "audit": ground.audit,
    }
    usual, most = timedelta(days=settings.key_days), timedelta(days=settings.key_days_most)
    keys = Keys(**shared, lifetimes=Lifetimes(usual=min(usual, most), most=most))
    sessions = Sessions(**shared, durations=_durations(settings))
    passwords = Passwords(threads=settings.login_threads)
    users = Users(**shared, master=vault.master, sessions=sessions, passwords=passwords)
    guessing = Guessing(database=database, master=vault.master, limits=_limits(settings))
    logins = Logins(
        database=database,
        master=vault.master,
        users=users,
        sessions=sessions,
        passwords=passwords,
        guessing=guessing,
    )
    role_grants = RoleGrants(**shared, sessions=sessions)
    return Access(
        keys=keys,
        users=users,
        sessions=sessions,
        logins=logins,
        role_grants=role_grants,
        single_sign_on=_single_sign_on(ground, users, logins),
    )


def _single_sign_on(ground: Ground, users: Users, logins: Logins) -> "SingleSignOn | None":
    settings = ground.settings
    if settings.oidc_issuer is None:
        return None
    # Only here is the extra `sso` needed.
    from loanwright.service.users.single_sign_on import Provider, SingleSignOn

    secret = settings.oidc_client_secret
    provider = Provider(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        client_secret="" if secret is None else secret.get_secret_value(),
        public_url=settings.public_url,
        role_claim=settings.oidc_role_claim,
        roles={word: Role(role) for word, role in settings.oidc_roles.items()},
    )
    return SingleSignOn(
        provider,
        database=ground.database,
        master=ground.vault.master,
        users=users,
        logins=logins,
    )


def _durations(settings: Settings) -> Durations:
    return Durations(
        idle=timedelta(minutes=settings.session_idle_minutes),
        longest=timedelta(hours=settings.session_hours),
    )


def _limits(settings: Settings) -> GuessLimits:
    return GuessLimits(
        account=settings.login_guesses_per_account,
        address=settings.login_guesses_per_address,
        everybody=settings.login_guesses_in_all,
    )
