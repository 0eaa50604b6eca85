import pytest

from loanwright.cli.checkup import check_all
from loanwright.cli.opening import read_settings
from loanwright.service.bootstrap import upgrade_database


@pytest.fixture
def settings(tmp_path):
    return read_settings(
        var_dir=tmp_path,
        database_url=f"sqlite:///{tmp_path / 'bank.db'}",
        models_dir=tmp_path / "models",
    )


def states(settings):
    return {finding.about: finding for finding in check_all(settings)}


def test_where_there_is_no_database_none_is_made(settings, tmp_path):
    finding = states(settings)["database"]
    assert (finding.state, "loanwright serve" in finding.remedy) == ("warning", True)
    assert list(tmp_path.iterdir()) == []


def test_a_database_without_tables_is_told_to_get_them(settings, tmp_path):
    (tmp_path / "bank.db").touch()
    finding = states(settings)["tables"]
    assert (finding.state, finding.remedy) == ("wrong", "Run: loanwright db upgrade")


def test_a_prepared_installation_is_in_order(settings):
    upgrade_database(settings)
    found = states(settings)
    assert found["tables"].state == "ok"
    assert found["durability"].what == "synchronous = 2"
    assert found["SQLite"].state == "ok"
    assert [one.about for one in found.values() if one.state == "wrong"] == []


def test_missing_packages_are_a_warning_with_a_remedy(settings):
    finding = states(settings)["packages"]
    assert finding.state == "warning"
    assert "loanwright train" in finding.remedy


def test_a_damaged_package_is_wrong(settings):
    package = settings.models_dir / "card-new-scorecard-000000000000"
    package.mkdir(parents=True)
    (package / "manifest.json").write_text("{}")
    assert states(settings)[package.name].state == "wrong"


def test_a_database_that_does_not_answer_is_wrong_and_stops_no_other_check(settings):
    away = settings.model_copy(
        update={"database_url": "postgresql+psycopg://nobody@127.0.0.1:1/none"}
    )
    found = states(away)
    assert found["database"].state == "wrong"
    assert "packages" in found
