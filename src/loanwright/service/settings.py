"""Everything that can be set: by `LOANWRIGHT_*` in the environment, or in `loanwright.toml`."""

import contextlib
import secrets
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

IDENTITY_KEY_BYTES = 32


class Settings(BaseSettings):
    """What the service is told from outside, read once at start."""

    model_config = SettingsConfigDict(
        env_prefix="LOANWRIGHT_", toml_file="loanwright.toml", extra="forbid", frozen=True
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
        default=5.0,
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
        default=10.0, gt=0, description="Seconds an application may wait before the answer is 503."
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
    worker_threads: int = Field(
        default=1, ge=1, le=64, description="Threads that do accepted work where no broker is set."
    )
    identity_key: SecretStr | None = Field(
        default=None,
        min_length=32,
        description="Secret that turns document numbers into the hashes kept in the database "
        "(at least 32 characters); by default created once in var_dir/identity.key.",
    )

    @field_validator("products", mode="before")
    @classmethod
    def _split_paths(cls, value: Any) -> Any:
        return [part for part in value.split(",") if part] if isinstance(value, str) else value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read arguments first, then the environment, then the file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def read_identity_key(settings: Settings) -> bytes:
    """Return the identity key, creating its file on the first call when none is set."""
    if settings.identity_key is not None:
        return settings.identity_key.get_secret_value().encode()
    path = settings.var_dir / "identity.key"
    if not path.exists():
        _create_key_file(path)
    return bytes.fromhex(path.read_text())


def _create_key_file(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    draft.touch(mode=0o600, exist_ok=False)
    draft.write_text(secrets.token_hex(IDENTITY_KEY_BYTES))
    # A link appears whole or not at all: two starting processes end up with the same key.
    with contextlib.suppress(FileExistsError):
        path.hardlink_to(draft)
    draft.unlink()
