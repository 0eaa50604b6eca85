import pytest
from tests.integration.service.conftest import PlainPackage
from tests.integration.unguarded import unguard

from loanwright.features.product import bundled_product
from loanwright.service.bootstrap import build, open_database, read_products, upgrade_database
from loanwright.service.migrations.steps import current_revision, downgrade, newest_revision
from loanwright.service.settings import Settings


@pytest.fixture
def fresh_settings(tmp_path):
    return Settings(var_dir=tmp_path / "deep" / "var", identity_key="k" * 32)


def test_an_empty_directory_becomes_a_database_with_all_tables(fresh_settings):
    upgrade_database(fresh_settings)
    database = open_database(fresh_settings)

    assert current_revision(database) == newest_revision()
    assert (fresh_settings.var_dir / "loanwright.db").exists()
    database.close()


def test_a_service_says_what_it_needs_before_it_can_decide(fresh_settings):
    upgrade_database(fresh_settings)
    service = build(fresh_settings)
    assert service.check_ready() == {"models": "no model is champion yet"}

    downgrade(service.database, "base")
    assert service.check_ready() == {
        "database": f"its tables are at None, not at {newest_revision()}"
    }
    service.close()


def test_a_service_without_database_is_not_ready_and_says_so(tmp_path):
    settings = Settings(
        var_dir=tmp_path,
        database_url="postgresql+psycopg://nobody@127.0.0.1:1/nothing",
        database_timeout=1,
    )
    service = build(settings)

    assert list(service.check_ready()) == ["database"]
    service.close()


def test_a_ready_service_has_no_problems(service):
    assert service.check_ready() == {}


def test_a_champion_without_policy_is_not_ready(bare_service, service, database):
    with database.write() as connection:
        unguard(connection)
        connection.exec_driver_sql("DELETE FROM policy_versions")
    fresh = build(service.settings, load_package=PlainPackage.load)

    assert list(fresh.check_ready()) == ["credit-card.existing", "credit-card.new"]
    fresh.close()


def test_own_products_stand_beside_the_bundled_ones(tmp_path):
    text = bundled_product("credit-card").text.replace('name = "credit-card"', 'name = "mine"', 1)
    (tmp_path / "shelf").mkdir()
    (tmp_path / "shelf" / "mine.toml").write_text(text)
    (tmp_path / "other.toml").write_text(text.replace('name = "mine"', 'name = "other"', 1))
    files = (tmp_path / "shelf", tmp_path / "other.toml")

    assert list(read_products(Settings(products=files))) == [
        "credit-card",
        "instalment-loan",
        "mine",
        "other",
    ]
    assert list(read_products(Settings(products=files, bundled_products=False))) == [
        "mine",
        "other",
    ]
