import copy
import json

import pytest

from loanwright.decisioning.language import Name
from loanwright.decisioning.outcome import Outcome
from loanwright.decisioning.policy import (
    Cutoffs,
    CutoffsRefused,
    Policy,
    PolicyRejected,
    SegmentHasNoCutoffs,
)

TEXT = {"en": "Applicants must be of age.", "ru": "Заявитель должен быть совершеннолетним."}
DOCUMENT = {
    "name": "demo",
    "cutoffs": {
        "new": {"approve_from": 600, "refer_from": 560},
        "existing": {"approve_from": 580, "refer_from": 580},
    },
    "rules": [
        {
            "code": "rule.min_age",
            "outcome": "decline",
            "when": [{"feature": "age", "operator": "lt", "value": 18}],
            "text": TEXT,
        },
        {
            "code": "rule.tenant_abroad",
            "outcome": "refer",
            "when": [
                {"feature": "housing", "operator": "in", "value": ["rent", "free"]},
                {"feature": "abroad", "operator": "eq", "value": True},
                {"feature": "income", "operator": "missing"},
            ],
            "text": TEXT,
            "segments": ["new"],
        },
    ],
}
NAMES = {
    "age": Name(kind="number"),
    "housing": Name(kind="category", codes=("rent", "own", "free")),
    "abroad": Name(kind="boolean"),
    "income": Name(kind="number"),
}


def changed(path, value):
    document = copy.deepcopy(DOCUMENT)
    place = document
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return document


def without(path):
    document = changed(path, None)
    place = document
    for step in path[:-1]:
        place = place[step]
    del place[path[-1]]
    return document


def test_a_policy_survives_the_way_to_json_and_back():
    policy = Policy.from_mapping(DOCUMENT, names=NAMES)
    again = Policy.from_mapping(json.loads(json.dumps(policy.to_mapping())), names=NAMES)
    assert again == policy
    assert again.hash == policy.hash
    assert again.rules[0].outcome is Outcome.DECLINE


def test_the_hash_ignores_the_order_of_keys_and_notices_everything_else():
    policy = Policy.from_mapping(DOCUMENT)
    turned = dict(reversed(DOCUMENT.items()))
    assert Policy.from_mapping(turned).hash == policy.hash
    for path, value in [
        (("name",), "other"),
        (("cutoffs", "new", "approve_from"), 601),
        (("rules", 0, "when", 0, "value"), 19),
        (("rules", 0, "text", "ru"), "Нет."),
        (("rules", 1, "segments"), ["existing"]),
    ]:
        assert Policy.from_mapping(changed(path, value)).hash != policy.hash


@pytest.mark.parametrize(
    ("path", "value", "key"),
    [
        (("surprise",), 1, "surprise"),
        (("name",), " ", "name"),
        (("cutoffs",), {}, "cutoffs"),
        (("cutoffs",), [], "cutoffs"),
        (("cutoffs", "new", "approve_from"), 600.0, "cutoffs.new.approve_from"),
        (("cutoffs", "new", "approve_from"), True, "cutoffs.new.approve_from"),
        (("cutoffs", "new", "refer_from"), 601, "cutoffs.new.refer_from"),
        (("cutoffs", "new", "decline_from"), 1, "cutoffs.new.decline_from"),
        (("rules",), "none", "rules"),
        (("rules", 0), "none", "rules[0]"),
        (("rules", 0, "code"), "Min age", "rules[0].code"),
        (("rules", 0, "code"), "worst_delay.adverse", "rules[0].code"),
        (("rules", 1, "code"), "rule.min_age", "rules[1].code"),
        (("rules", 0, "outcome"), "approve", "rules[0].outcome"),
        (("rules", 0, "outcome"), "maybe", "rules[0].outcome"),
        (("rules", 0, "when"), [], "rules[0].when"),
        (("rules", 0, "when", 0, "operator"), "<", "rules[0].when[0].operator"),
        (("rules", 0, "when", 0, "value"), "18", "rules[0].when[0].value"),
        (("rules", 1, "when", 0, "value"), [1, 2], "rules[1].when[0].value"),
        (("rules", 1, "when", 1, "value"), 1, "rules[1].when[1].value"),
        (("rules", 1, "when", 2, "value"), "yes", "rules[1].when[2].value"),
        (("rules", 0, "when", 0, "feature"), "agee", "rules[0].when[0].feature"),
        (("rules", 0, "text"), {"en": "Only English."}, "rules[0].text.ru"),
        (("rules", 0, "text", "de"), "Nein.", "rules[0].text.de"),
        (("rules", 1, "segments"), ["old"], "rules[1].segments"),
        (("rules", 1, "segments"), [], "rules[1].segments"),
    ],
)
def test_a_wrong_document_is_refused_by_the_name_of_its_key(path, value, key):
    with pytest.raises(PolicyRejected) as refused:
        Policy.from_mapping(changed(path, value), names=NAMES)
    assert refused.value.key == key
    assert key in str(refused.value)


@pytest.mark.parametrize(
    ("path", "key"),
    [
        (("name",), "name"),
        (("cutoffs",), "cutoffs"),
        (("cutoffs", "new", "refer_from"), "cutoffs.new.refer_from"),
        (("rules", 0, "when"), "rules[0].when"),
        (("rules", 0, "when", 0, "value"), "rules[0].when[0].value"),
        (("rules", 0, "text"), "rules[0].text"),
    ],
)
def test_a_missing_key_is_named(path, key):
    with pytest.raises(PolicyRejected) as refused:
        Policy.from_mapping(without(path))
    assert refused.value.key == key


def test_a_document_that_is_no_table_is_refused():
    with pytest.raises(PolicyRejected):
        Policy.from_mapping([])  # type: ignore[arg-type]


def test_a_policy_without_rules_is_a_policy():
    assert Policy.from_mapping(without(("rules",))).rules == ()


def test_a_score_exactly_at_a_cutoff_gets_the_better_outcome_on_both_boundaries():
    cutoffs = Cutoffs(approve_from=600, refer_from=560)
    given = {score: str(cutoffs.outcome(score)) for score in (559, 560, 561, 599, 600, 601)}
    assert given == {
        559: "decline",
        560: "refer",
        561: "refer",
        599: "refer",
        600: "approve",
        601: "approve",
    }


def test_equal_cutoffs_never_refer():
    cutoffs = Cutoffs(approve_from=580, refer_from=580)
    assert [str(cutoffs.outcome(score)) for score in (579, 580)] == ["decline", "approve"]


@pytest.mark.parametrize(("approve_from", "refer_from"), [(1, 2), (1.0, 0), (True, False)])
def test_cutoffs_out_of_order_or_not_integers_are_refused(approve_from, refer_from):
    with pytest.raises(CutoffsRefused):
        Cutoffs(approve_from=approve_from, refer_from=refer_from)


def test_a_segment_without_cutoffs_is_an_error_that_names_the_known_ones():
    with pytest.raises(SegmentHasNoCutoffs, match="existing, new"):
        Policy.from_mapping(DOCUMENT).cutoffs_of("vip")


def test_a_rule_is_found_by_its_code():
    policy = Policy.from_mapping(DOCUMENT)
    assert policy.rule("rule.min_age") is policy.rules[0]
    assert policy.rule("rule.absent") is None
