"""What a policy may read of an applicant."""

import pytest

from loanwright.decisioning.policy import Policy
from loanwright.features.policy_names import policy_names
from loanwright.features.product import bundled_product
from loanwright.rulebook.examining import examine

CARD, LOAN = bundled_product("credit-card"), bundled_product("instalment-loan")


def test_protected_features_are_out_unless_the_product_file_allows_them_to_policies():
    protected = {one.name for one in CARD.features.values() if one.protected}
    assert protected
    assert protected.isdisjoint(policy_names(CARD))
    allowed = {use.feature for use in LOAN.protected_allowed if "policy" in use.uses}
    readable = {one.name for one in LOAN.features.values() if one.protected} & set(
        policy_names(LOAN)
    )
    assert readable == allowed == {"age"}


def test_what_is_derived_from_a_forbidden_feature_is_forbidden():
    names = policy_names(CARD)
    for feature in CARD.features.values():
        sources = [CARD.features[name] for name in feature.depends_on]
        assert (feature.name in names) == (not any(one.protected for one in sources))


def test_kinds_codes_and_whole_numbers_are_those_of_the_dictionary():
    names = policy_names(CARD)
    assert names["education"].codes == CARD.feature("education").codes
    assert names["worst_delay_recent"].quantum == 1.0
    assert names["grade"].codes == ("A", "B", "C", "D", "E", "F", "G")
    assert names["debt_burden_before"].kind == "number"


@pytest.mark.parametrize("when", ['sex == "female"', "age < 30"])
def test_a_policy_that_reads_a_forbidden_feature_is_found_out(when):
    cutoffs = {"approve_from": 545, "refer_from": 530}
    rule = {"code": "rule.x", "outcome": "refer", "when": when, "text": {"en": "x", "ru": "x"}}
    policy = Policy.from_mapping(
        {
            "schema": 2,
            "name": "unlawful",
            "cutoffs": {"new": cutoffs, "existing": cutoffs},
            "rules": [rule],
        }
    )
    (finding,) = examine(policy, CARD).findings
    assert (finding.code, finding.place) == ("rejected", "rules[0].when")
