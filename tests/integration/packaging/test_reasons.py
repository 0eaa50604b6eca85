"""What applicants are told: what was not given, what may be named, whom they are compared with."""

import dataclasses

import numpy as np
import pytest
from tests.handmade import (
    CARD,
    RECORDS,
    handmade_assessor,
    handmade_contents,
    handmade_package,
    matrix_of,
)
from tests.trained import part_of_the_cards

from loanwright.decisioning.policy import Policy
from loanwright.explanation.reasons import reason_text
from loanwright.explanation.reference import known_inputs
from loanwright.features.columns import column_specs, columns_from_table
from loanwright.features.product import parse_product
from loanwright.packaging.choosing import records_of
from loanwright.packaging.contents import reference_file
from loanwright.packaging.golden import golden_lines, write_golden
from loanwright.packaging.package import ModelPackage, PackageRefused
from loanwright.packaging.paths import decided

STRICT = Policy.from_mapping(
    {"name": "strict", "cutoffs": {"new": {"approve_from": 9_999, "refer_from": 0}}}
)
ADVERSE = 'adverse = { en = "Applicants with a limit of this size'


def knowing_package(directory, **changes):
    held = known_inputs(column_specs(CARD, "new"), matrix_of(RECORDS))
    known = reference_file(handmade_assessor(), held, matrix_of(RECORDS))
    return ModelPackage.load(
        handmade_package(directory, reference__json=known["reference.json"], **changes).path
    )


def codes(decision):
    return [reason.code for reason in decision.reasons]


def test_a_level_that_was_not_given_does_not_read_like_a_low_one(tmp_path):
    package = knowing_package(tmp_path)
    given = decided(package, STRICT, {"limit": 20_000.0, "education": "high_school"})
    silent = decided(package, STRICT, {"limit": 20_000.0, "education": None})
    assert codes(given) == ["limit.adverse", "education_level.adverse"]
    assert codes(silent) == ["limit.adverse", "education_level.missing"]
    assert "not given" in reason_text(CARD, silent.reasons[1]).en


def test_what_may_not_be_named_gives_way_to_the_next(tmp_path):
    quiet = CARD.text.replace(ADVERSE, f"named = false\n{ADVERSE}")
    product = parse_product(quiet)
    assert quiet != CARD.text
    unnamed = dataclasses.replace(handmade_assessor(), unnamed=frozenset({"limit"}))
    golden = write_golden(golden_lines(product, "new", unnamed, RECORDS))
    changes = {"product__toml": quiet.encode(), "golden__jsonl": golden}
    package = knowing_package(tmp_path, **changes)
    decision = decided(package, STRICT, {"limit": 20_000.0, "education": "high_school"})
    assert codes(decision) == ["education_level.adverse"]


def test_a_package_that_names_what_it_may_not_is_refused(tmp_path):
    quiet = CARD.text.replace(ADVERSE, f"named = false\n{ADVERSE}")
    with pytest.raises(PackageRefused):
        knowing_package(tmp_path, product__toml=quiet.encode())
    assert handmade_contents()["product.toml"] != quiet.encode()


@pytest.mark.parametrize("family", ["lightgbm", "scorecard"])
def test_reasons_of_real_applicants_are_few_have_texts_and_compare_with_the_reference(
    trained, family
):
    package = ModelPackage.load(trained["existing", family].path)
    policy = Policy.from_mapping(CARD.policy)
    reference = package.reference_for(545)
    columns = columns_from_table(CARD, part_of_the_cards())
    for record in records_of(CARD, "existing", columns, list(range(0, 2500, 25))):
        decision = decided(package, policy, record)
        assert 1 <= len(decision.reasons) <= 4
        weighed = dict(zip(package.features, _against(package, record, reference), strict=True))
        for reason in decision.reasons:
            assert reason_text(CARD, reason, policy=policy).ru
            if reason.source == "model":
                assert not CARD.features[reason.feature].protected
                assert reason.contribution == pytest.approx(weighed[reason.feature])
                assert (reason.contribution > 0) == (not reason.code.endswith(".favourable"))


def _against(package, record, reference):
    contributions = package.assess([record])[0].contributions
    return np.subtract(contributions, reference).tolist()
