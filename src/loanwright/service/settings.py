"""Everything that can be set: by `LOANWRIGHT_*` in the environment, or in `loanwright.toml`."""

import os
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeAlias
from urllib.parse import urlsplit

from pydantic import Field, IPvAnyNetwork, SecretStr, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

SECRETS_DIR: Final = "LOANWRIGHT_SECRETS_DIR"
PLACEHOLDERS: Final = ("change", "example", "password", "placeholder", "secret")
KNOWN_PASSWORDS: Final = frozenset(
    {"", "admin", "changeme", "change-me", "guest", "loanwright", "password", "postgres", "secret"}
)


StaffRole: TypeAlias = Literal["manager", "underwriter", "analyst", "admin"]


class Settings(BaseSettings):
    """What the service is told from outside, read once at start."""

    model_config = SettingsConfigDict(
        env_prefix="LOANWRIGHT_",
        toml_file="loanwright.toml",
        extra="forbid",
        frozen=True,
        # What is refused may be a secret.
        hide_input_in_errors=True,
    )

    var_dir: Path = Field(
        default=Path("var"),
        description="Directory for everything the service writes: database, models, keys.",
    )
    database_url: str = Field(
        default_factory=lambda data: f"sqlite:///{data['var_dir'] / 'loanwright.db'}",
        repr=False,
        description="SQLAlchemy URL of the database: sqlite:///… or postgresql+psycopg://…; "
        "by default SQLite in var_dir.",
    )
    database_pool: int = Field(
        default=5, ge=1, le=100, description="Open connections kept to PostgreSQL per process."
    )
    database_timeout: float = Field(
        default=3.0,
        gt=0,
        description="Seconds to wait for a connection, a lock or a statement before answering "
        "that the database is unavailable.",
    )
    models_dir: Path = Field(
        default_factory=lambda data: data["var_dir"] / "models",
        description="Directory of the trained model packages; by default var_dir/models.",
    )
    products: Annotated[tuple[Path, ...], NoDecode] = Field(
        default=(),
        description="Product files, or directories of them, beside the bundled products; "
        "separated by commas in the environment.",
    )
    lenders_dir: Path | None = Field(
        default=None, description="Directory of lenders, whose products are served as well."
    )
    lender_seconds: float = Field(
        default=2.0, gt=0, le=60, description="Seconds in which a lender must answer a quote."
    )
    bundled_products: bool = Field(
        default=True, description="Whether the products of the demo bank are offered."
    )
    engine_backend: Literal["auto", "numba", "numpy"] = Field(
        default="auto",
        description="How models are computed: auto, numba or numpy; the bits are the same.",
    )
    host: str = Field(default="127.0.0.1", description="Address the service listens on.")
    port: int = Field(default=8000, ge=0, le=65535, description="Port the service listens on.")
    body_limit: int = Field(
        default=262_144, ge=1_024, description="Largest accepted request body, in bytes."
    )
    gather_batch: int = Field(
        default=64,
        ge=1,
        le=1_024,
        description="Most applications decided together in one assessment and one transaction.",
    )
    gather_waiting: int = Field(
        default=2_000,
        ge=1,
        description="Most applications waiting to be decided; beyond it the answer is 503.",
    )
    gather_timeout: float = Field(
        default=4.0,
        gt=0,
        description="Seconds a request may wait for its answer before that is 503, whatever it "
        "waits for.",
    )
    body_timeout: float = Field(
        default=10.0, gt=0, description="Seconds in which the body of a request must arrive."
    )
    hot_route: bool = Field(
        default=True,
        description="Whether a raw route ahead of the framework serves POST /v1/applications; "
        "the bytes are the same.",
    )
    graceful_timeout: float = Field(
        default=15.0, gt=0, description="Seconds that open requests get when the service stops."
    )
    public_per_minute: int = Field(
        default=10,
        ge=1,
        description="Applications per minute that one address may send from the public page.",
    )
    paths_per_day: int = Field(
        default=10,
        ge=1,
        description="Paths to approval that one borrower may ask for within a day.",
    )
    trials_per_day: int = Field(
        default=5,
        ge=1,
        description="What-if questions that one borrower may ask within a day; five times as many "
        "from one address.",
    )
    questionnaire_days: int = Field(
        default=7, ge=1, le=90, description="Days for which an unfinished questionnaire is kept."
    )
    joins_per_day: int = Field(
        default=20,
        ge=1,
        description="Sign-ins that may be made from one address within a day, on the public page.",
    )
    path_seconds: float = Field(
        default=0.12, ge=0.01, le=10, description="Seconds that the search for a path may take."
    )
    spool: bool = Field(
        default=False,
        description="Whether applications that name no applicant are answered with refer while "
        "the database is away, kept in spool_dir, and decided when it is back.",
    )
    spool_dir: Path = Field(
        default_factory=lambda data: data["var_dir"] / "spool",
        description="Directory of what was answered without the database; by default "
        "var_dir/spool, on a disk that outlives the process.",
    )
    spool_key_minutes: float = Field(
        default=60.0,
        gt=0,
        description="Minutes for which an API key that this process has verified is believed "
        "while the database cannot be asked; only with spool.",
    )
    broker_url: SecretStr | None = Field(
        default=None,
        description="URL of RabbitMQ, amqp://… or amqps://…, which carries work to "
        "`loanwright worker`; without it this process does that work itself.",
    )
    broker_prefix: str = Field(
        default="loanwright",
        pattern="^[a-z][a-z0-9_.-]{0,60}$",
        description="What the names of the queues begin with.",
    )
    batches_dir: Path = Field(
        default_factory=lambda data: data["var_dir"] / "batches",
        description="Directory of the files sent to be scored and of their results; by default "
        "var_dir/batches. Workers on other machines need the same one.",
    )
    training_dir: Path = Field(
        default_factory=lambda data: data["var_dir"] / "training",
        description="Directory of the tables sent to be trained on, until they were; by default "
        "var_dir/training.",
    )
    training_seconds: float = Field(
        default=7_200, gt=0, description="Seconds that one training run may take."
    )
    batch_limit: int = Field(
        default=200_000_000, ge=1_024, description="Largest accepted file of a batch, in bytes."
    )
    batch_rows: int = Field(
        default=10_000_000, ge=1, description="Most rows of a Parquet file sent as a batch."
    )
    batch_keep_days: int = Field(
        default=7, ge=1, description="Days after which the files of a batch are removed."
    )
    batch_threads: int = Field(
        default=0, ge=0, le=64, description="Threads that score one batch; 0 takes one per core."
    )
    offer_alone_up_to: int | None = Field(
        default=1_000_000,
        ge=0,
        description="Largest offer, in units of its currency, that one person may make; a larger "
        "one must be approved by somebody else.",
    )
    worker_threads: int = Field(
        default=1, ge=1, le=64, description="Threads that do accepted work where no broker is set."
    )
    trusted_proxies: str = Field(
        default="127.0.0.1",
        description="Addresses or networks of the proxies whose X-Forwarded-For is believed, "
        "separated by commas.",
    )
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Names under which the service may be asked for (the header Host), separated "
        "by commas in the environment; empty allows any. /health is answered under any name.",
    )
    stop_delay: float = Field(
        default=1.0,
        ge=0,
        le=60,
        description="Seconds for which a service that was told to stop (SIGTERM) says that it is "
        "not ready and still answers, so that nobody is sent to it any more.",
    )
    log_level: Literal["info", "warning", "error"] = Field(
        default="info", description="The least important events that are logged."
    )
    metrics_public: bool = Field(
        default=False,
        description="Whether /metrics needs no API key with the scope metrics:read.",
    )
    otel_endpoint: str | None = Field(
        default=None,
        pattern="^https?://",
        description="Where traces go by OTLP over HTTP, such as http://collector:4318; without it "
        "none are made. Needs the extra otel.",
    )
    otel_service_name: str = Field(
        default="loanwright", min_length=1, description="What traces call this service."
    )
    smtp_url: SecretStr | None = Field(
        default=None,
        description="Mail server for alerts: smtp+starttls://USER:PASSWORD@HOST, smtps or smtp.",
    )
    smtp_sender: str = Field(default="loanwright@localhost", description="Whom mails come from.")
    webhook_networks: Annotated[tuple[IPvAnyNetwork, ...], NoDecode] = Field(
        default=(),
        description="Networks inside, such as 10.1.2.0/24, that webhooks may reach all the same, "
        "also without TLS; separated by commas in the environment. By default none.",
    )
    identity_key: SecretStr | None = Field(
        default=None,
        min_length=32,
        description="Secret that turns document numbers into the hashes kept in the database "
        "(at least 32 characters); by default created once in var_dir/identity.key.",
    )
    master_key: SecretStr | None = Field(
        default=None,
        min_length=32,
        description="Secret that wraps the keys of persons and of the service itself (at least 32 "
        "characters); by default created once in var_dir/master.key. Without it nothing personal "
        "can be read any more: keep a copy apart from the database.",
    )
    audit_key: SecretStr | None = Field(
        default=None,
        min_length=32,
        description="Secret that the key is made from which signs the audit log (at least 32 "
        "characters); by default created once in var_dir/audit.key. Processes on several machines "
        "need the same one.",
    )
    audit_public_keys: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Public keys that have signed the audit log before and are still trusted, in "
        "hexadecimal digits, beside those in var_dir/audit-keys; separated by commas.",
    )
    audit_export_dir: Path = Field(
        default_factory=lambda data: data["var_dir"] / "audit",
        description="Directory outside the database to which every signed root of the audit log "
        "is appended; by default var_dir/audit. Best where the database's owner cannot write.",
    )
    secrets_dir: Path = Field(
        default=Path("/run/secrets"),
        description="Directory with one file for each setting that is secret, named like the "
        "environment variable in lower case; read after the environment and before the file.",
    )
    session_idle_minutes: int = Field(
        default=30, ge=1, le=1_440, description="Minutes after which an unused session ends."
    )
    session_hours: int = Field(
        default=12, ge=1, le=168, description="Hours after which every session ends."
    )
    login_guesses_per_account: int = Field(
        default=10,
        ge=1,
        description="Passwords that strangers may try for one login name in a quarter of an hour; "
        "each device that has logged in before may try as many.",
    )
    login_guesses_per_address: int = Field(
        default=50, ge=1, description="Passwords tried from one address in that time."
    )
    login_guesses_in_all: int = Field(
        default=2_000, ge=1, description="Passwords tried from unknown devices in all."
    )
    login_threads: int = Field(default=1, ge=1, le=16, description="Passwords hashed at once.")
    key_days: int = Field(
        default=365, ge=1, description="Days that an API key lives unless told otherwise."
    )
    key_days_most: int = Field(default=730, ge=1, description="Days that an API key lives at most.")

    jurisdictions: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Whose rules say how long persons must be kept: US, EU, RU, separated by "
        "commas in the environment. Without any, nothing blocks erasure but holds and open "
        "accounts, and nobody is erased who has not asked for it.",
    )
    law_dir: Path | None = Field(
        default=None, description="Directory of law packs beside, or instead of, bundled ones."
    )
    review_days: int = Field(
        default=30, ge=1, le=365, description="Days for a review where no law pack names a time."
    )
    review_lease_minutes: int = Field(
        default=30, ge=1, le=1_440, description="Minutes for which a taken review is kept."
    )
    second_look_share: float = Field(
        default=0.05, ge=0, le=1, description="Share of answered reviews that are answered again."
    )
    lender_file: Path | None = Field(
        default=None, description="File with the lender's name, address, contact and bureaus."
    )
    retention_rules: Path | None = Field(
        default=None,
        description="A file of retention rules that replaces those that come with the software.",
    )
    public_url: str = Field(
        default="http://127.0.0.1:8000",
        description="Address where browsers reach this service, without a slash at its end.",
    )
    oidc_issuer: str | None = Field(
        default=None,
        description="Issuer (OpenID Connect) for single sign-on, https://…; needs the extra `sso`.",
    )
    oidc_client_id: str = Field(default="", description="Our name at the identity provider.")
    oidc_client_secret: SecretStr | None = Field(
        default=None, description="Secret of this service at the identity provider."
    )
    oidc_role_claim: str = Field(
        default="groups",
        description="Claim of the ID token that says what somebody is; dots lead into objects.",
    )
    oidc_roles: Annotated[dict[str, StaffRole], NoDecode] = Field(
        default_factory=dict,
        description="Which word of that claim stands for which role: WORD=ROLE, separated by "
        "commas; the first that fits counts.",
    )

    @field_validator("identity_key", "master_key", "audit_key", mode="after")
    @classmethod
    def _refuse_placeholder(cls, value: SecretStr | None) -> SecretStr | None:
        told = "" if value is None else value.get_secret_value().lower()
        if any(word in told for word in PLACEHOLDERS):
            raise ValueError("this is a placeholder; make one: openssl rand -hex 32")
        return value

    @field_validator("database_url", "broker_url", "smtp_url", mode="after")
    @classmethod
    def _refuse_known_password(cls, value: Any) -> Any:
        told = urlsplit(value.get_secret_value() if isinstance(value, SecretStr) else value or "")
        away = told.hostname not in {None, "localhost", "127.0.0.1", "::1"}
        if away and told.password is not None and told.password.lower() in KNOWN_PASSWORDS:
            raise ValueError("its password is one that everybody knows; choose another")
        return value

    @field_validator(
        "products",
        "allowed_hosts",
        "webhook_networks",
        "audit_public_keys",
        "jurisdictions",
        mode="before",
    )
    @classmethod
    def _split_list(cls, value: Any) -> Any:
        return [part for part in value.split(",") if part] if isinstance(value, str) else value

    @field_validator("oidc_roles", mode="before")
    @classmethod
    def _split_pairs(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        return dict(part.split("=", 1) for part in value.split(",") if "=" in part)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read arguments first, then the environment, then secret files, then the file."""
        # Asked of the environment here: which files are read must be known before any is.
        usual = settings_cls.model_fields["secrets_dir"].default
        place = Path(os.environ.get(SECRETS_DIR) or usual)
        files = [SecretsSettingsSource(settings_cls, secrets_dir=place)] if place.is_dir() else []
        return init_settings, env_settings, *files, TomlConfigSettingsSource(settings_cls)
