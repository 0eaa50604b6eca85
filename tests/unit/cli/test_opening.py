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


def test_a_wrong_setting_is_named_in_a_sentence(tmp_path):
    with pytest.raises(CommandFailed, match="port"):
        read_settings(var_dir=tmp_path, port=-1)
