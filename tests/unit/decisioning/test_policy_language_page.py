"""The reference of the policy language shows what the code does."""

import re
import tomllib
from pathlib import Path

import pytest

from loanwright.decisioning import example_reading, policy_reading, reservation
from loanwright.decisioning.conditions import OPERATORS
from loanwright.decisioning.grammar import DEEPEST, FUNCTION_NAMES, LONGEST, TALLEST, TRUTHS
from loanwright.decisioning.language import OPEN, ExpressionRefused, Name, evaluator, parse
from loanwright.decisioning.policy import Policy, policy_from_toml
from loanwright.decisioning.readable import ASSESSED
from loanwright.decisioning.reason import TERMS_UNDETERMINED
from loanwright.features.policy_names import policy_names
from loanwright.features.product import bundled_product
from loanwright.rulebook.trying import run_examples

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "policy-language.md"
TEXT = PAGE.read_text(encoding="utf-8")
CARD = bundled_product("credit-card")
BLOCKS = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)
NAMES = {
    **dict.fromkeys(
        ("age", "income", "payments", "salary", "pension", "term"), Name(kind="number")
    ),
    "since": Name(kind="number"),
    "married": Name(kind="boolean"),
    "home": Name(kind="category", codes=("rent", "own", "free")),
}


def rows_with_answers():
    found = []
    for line in TEXT.splitlines():
        shown = re.match(r"\| `(.+?)` \|.*`(\{.*\})` \| (`.+`|missing) \|$", line)
        if shown:
            found.append(shown.groups())
    return found


ANSWERS = rows_with_answers()
REFUSED = re.findall(r"^\| `(.+)` \| ([^`|{]+) \|$", TEXT, re.MULTILINE)
REFUSED = [row for row in REFUSED if row[0] in TEXT.split("Everything else")[1].split("## What")[0]]


def test_the_page_has_its_examples():
    assert len(BLOCKS) == 4
    assert len(ANSWERS) == 27
    assert len(REFUSED) == 9


@pytest.mark.parametrize(("expression", "facts", "answer"), ANSWERS)
def test_every_expression_answers_as_shown(expression, facts, answer):
    known = tomllib.loads(f"facts = {facts}")["facts"]
    expected = None if answer == "missing" else tomllib.loads(f"x = {answer.strip('`')}")["x"]
    assert evaluator(parse(expression, NAMES))(known) == expected
    assert evaluator(parse(expression, OPEN))(known) == expected


@pytest.mark.parametrize(("expression", "why"), REFUSED)
def test_every_other_expression_is_refused_as_shown(expression, why):
    with pytest.raises(ExpressionRefused) as refusal:
        parse(expression, NAMES)
    assert why in str(refusal.value)


@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
def test_every_block_is_a_policy_or_a_part_of_one(block):
    part = tomllib.loads(block)
    whole = part if "cutoffs" in part else {**tomllib.loads(BLOCKS[0]), **part, "examples": []}
    policy = Policy.from_mapping(whole, names=policy_names(CARD))
    assert Policy.from_mapping(policy.to_mapping()) == policy


def test_the_small_policy_holds_its_own_example():
    policy = policy_from_toml(BLOCKS[0], names=policy_names(CARD))
    (result,) = run_examples(policy, CARD)
    assert result.problems == ()


@pytest.mark.parametrize(
    "words",
    [
        policy_reading.SECOND_KEYS,
        (*policy_reading.ASKED, "most_missing"),
        example_reading.KEYS,
        example_reading.EXPECTED,
        example_reading.SAID,
        FUNCTION_NAMES,
        OPERATORS,
        TRUTHS,
        ASSESSED,
        (TERMS_UNDETERMINED, reservation.UNSEEN_SEGMENT),
        ("first", "unique", "number", "boolean", "category"),
    ],
    ids=lambda words: next(iter(words)),
)
def test_every_word_of_the_format_is_explained(words):
    quoted = " ".join(re.findall(r"`([^`\n]+)`", TEXT))
    assert [word for word in words if not re.search(rf"\b{re.escape(word)}\b", quoted)] == []


def test_the_limits_are_those_of_the_code():
    assert f"At most {LONGEST:,} characters, nested at most {DEEPEST} deep" in TEXT
    assert f"{TALLEST - 1} values in one list" in TEXT
