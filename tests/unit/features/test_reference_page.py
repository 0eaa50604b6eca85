"""The reference of the product file shows what the code does."""

import doctest
import re
from pathlib import Path

import pytest

from loanwright.features import feature_tables, policy_tables
from loanwright.features.expressions import FUNCTION_NAMES
from loanwright.features.feature import ACTION_KINDS, FEATURE_TYPES, SIGNS, SOURCES

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "product-file.md"


@pytest.fixture(scope="module")
def page():
    return PAGE.read_text(encoding="utf-8")


def block(page, language):
    return re.search(rf"```{language}\n(.*?)```", page, re.DOTALL)[1]


def test_the_example_runs_as_shown(page, tmp_path, monkeypatch):
    (tmp_path / "bicycle-loan.toml").write_text(block(page, "toml"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    example = doctest.DocTestParser().get_doctest(block(page, "python"), {}, "page", None, 0)
    runner = doctest.DocTestRunner(verbose=False)
    assert runner.run(example).failed == 0


@pytest.mark.parametrize(
    "words",
    [FEATURE_TYPES, SOURCES, SIGNS, ACTION_KINDS, FUNCTION_NAMES, policy_tables.OPERATORS],
)
def test_every_word_of_the_format_is_explained(page, words):
    assert [word for word in words if not re.search(rf"`[^`]*\b{word}\b[^`]*`", page)] == []


def test_every_key_of_a_feature_is_explained(page):
    source = Path(feature_tables.__file__).read_text(encoding="utf-8")
    keys = set(re.findall(r'(?:table|inner)\.\w+\("(\w+)"', source))
    assert keys
    assert [key for key in sorted(keys) if f"`{key}`" not in page and f"{key} " not in page] == []
