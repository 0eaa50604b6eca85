import json
import os

import pytest

from loanwright.cli.failures import CommandFailed
from loanwright.cli.opening import list_packages, read_settings


def test_the_newest_package_comes_first(tmp_path):
    for age, mark in enumerate("abc"):
        path = tmp_path / f"card-new-lightgbm-{mark * 12}"
        path.mkdir()
        os.utime(path, (100 - age, 100 - age))
    found = list_packages(tmp_path, "card", "new", "lightgbm")
    assert [path.name[-1] for path in found] == ["a", "b", "c"]


def test_packages_of_a_product_whose_name_begins_alike_are_left_alone(tmp_path):
    (tmp_path / "card-new-new-lightgbm-000000000000").mkdir()
    assert list_packages(tmp_path, "card", "new", "lightgbm") == []


def write_manifest(path, **facts):
    path.mkdir()
    manifest = {"product": {"name": "card"}, "segment": "new", "chosen": True, **facts}
    (path / "manifest.json").write_text(json.dumps(manifest))


def test_best_stands_for_the_package_that_its_comparison_chose(tmp_path):
    write_manifest(tmp_path / "card-new-forest-aaaaaaaaaaaa")
    write_manifest(tmp_path / "card-new-lightgbm-bbbbbbbbbbbb", chosen=False)
    write_manifest(tmp_path / "card-new-new-forest-cccccccccccc", product={"name": "card-new"})
    (tmp_path / "card-new-xgboost-dddddddddddd").mkdir()
    (tmp_path / "card-new-blend-eeeeeeeeeeee").mkdir()
    (tmp_path / "card-new-blend-eeeeeeeeeeee" / "manifest.json").write_text("[")
    found = list_packages(tmp_path, "card", "new", "best")
    assert [path.name for path in found] == ["card-new-forest-aaaaaaaaaaaa"]


def test_a_wrong_setting_is_named_in_a_sentence(tmp_path):
    with pytest.raises(CommandFailed, match="port"):
        read_settings(var_dir=tmp_path, port=-1)
