import stat
from pathlib import Path

import pytest
from pydantic import ValidationError

from loanwright.service.own_keys import read_identity_key
from loanwright.service.settings import Settings


@pytest.fixture(autouse=True)
def empty_directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"LOANWRIGHT_{name.upper()}", raising=False)
    return tmp_path


def test_without_any_setting_everything_lives_in_var():
    settings = Settings()

    assert settings.database_url == "sqlite:///var/loanwright.db"
    assert settings.models_dir == Path("var/models")
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)


def test_a_moved_var_dir_takes_database_and_models_with_it(monkeypatch):
    monkeypatch.setenv("LOANWRIGHT_VAR_DIR", "/srv/bank")

    assert Settings().database_url == "sqlite:////srv/bank/loanwright.db"
    assert Settings().models_dir == Path("/srv/bank/models")


def test_the_environment_wins_over_the_file(empty_directory, monkeypatch):
    (empty_directory / "loanwright.toml").write_text('port = 9001\nhost = "::1"\n')
    monkeypatch.setenv("LOANWRIGHT_PORT", "9002")

    assert (Settings().port, Settings().host) == (9002, "::1")


def test_a_misspelled_setting_in_the_file_is_an_error(empty_directory):
    (empty_directory / "loanwright.toml").write_text("prot = 9001\n")

    with pytest.raises(ValidationError, match="prot"):
        Settings()


def test_product_files_are_separated_by_commas(monkeypatch):
    monkeypatch.setenv("LOANWRIGHT_PRODUCTS", "mine.toml,more")

    assert Settings().products == (Path("mine.toml"), Path("more"))


def test_every_setting_says_what_it_is_for():
    assert [n for n, field in Settings.model_fields.items() if not field.description] == []


def test_the_identity_key_is_made_once_and_only_its_owner_can_read_it(empty_directory):
    first = read_identity_key(Settings())
    file = empty_directory / "var" / "identity.key"

    assert len(first) == 32
    assert read_identity_key(Settings()) == first
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["identity.key"]


def test_a_key_that_is_set_is_used_and_no_file_is_made(empty_directory):
    settings = Settings(identity_key="k" * 32)

    assert read_identity_key(settings) == b"k" * 32
    assert not (empty_directory / "var").exists()
    assert "kkkk" not in repr(settings)


def test_a_short_identity_key_is_refused():
    with pytest.raises(ValidationError):
        Settings(identity_key="short")


def test_the_password_of_the_database_is_not_shown():
    settings = Settings(database_url="postgresql+psycopg://bank:hunter2@db/bank")

    assert "hunter2" not in repr(settings)


def test_secrets_may_be_files_named_like_the_variables(empty_directory, monkeypatch):
    place = empty_directory / "secrets"
    place.mkdir()
    (place / "loanwright_identity_key").write_text("f" * 40 + "\n")
    (place / "loanwright_database_url").write_text("postgresql+psycopg://bank:pw1@db/bank")
    (place / "somebody_elses").write_text("x")
    monkeypatch.setenv("LOANWRIGHT_SECRETS_DIR", str(place))
    assert Settings().database_url == "postgresql+psycopg://bank:pw1@db/bank"
    assert read_identity_key(Settings()) == b"f" * 40
    monkeypatch.setenv("LOANWRIGHT_IDENTITY_KEY", "e" * 40)
    assert read_identity_key(Settings()) == b"e" * 40


@pytest.mark.parametrize("name", ["IDENTITY_KEY", "MASTER_KEY"])
@pytest.mark.parametrize(
    "told", ["", "short", "please-CHANGE-me-please-change-me-now", "password" * 5]
)
def test_a_short_secret_or_a_placeholder_is_refused(name, told, monkeypatch):
    monkeypatch.setenv(f"LOANWRIGHT_{name}", told)
    with pytest.raises(ValidationError) as refusal:
        Settings()
    assert "password" * 5 not in str(refusal.value)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("DATABASE_URL", "postgresql+psycopg://postgres:postgres@db.internal/bank"),
        ("DATABASE_URL", "postgresql+psycopg://bank:Secret@10.0.0.2:5432/bank"),
        ("BROKER_URL", "amqp://guest:guest@queue.internal/"),
    ],
)
def test_a_password_that_everybody_knows_is_refused_away_from_this_machine(name, told, monkeypatch):
    monkeypatch.setenv(f"LOANWRIGHT_{name}", told)
    with pytest.raises(ValidationError, match="everybody knows"):
        Settings()


def test_on_this_machine_any_password_will_do(monkeypatch):
    monkeypatch.setenv("LOANWRIGHT_BROKER_URL", "amqp://guest:guest@127.0.0.1:5672/")
    monkeypatch.setenv("LOANWRIGHT_DATABASE_URL", "postgresql+psycopg://postgres@db.internal/bank")
    assert Settings().broker_url is not None
