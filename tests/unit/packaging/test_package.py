import json

import numpy as np
import pytest
from tests.handmade import (
    CARD,
    RECORDS,
    changed_json,
    handmade_assessor,
    handmade_contents,
    handmade_package,
    matrix_of,
)

from loanwright.explanation.reference import known_inputs
from loanwright.features.columns import column_specs
from loanwright.packaging.contents import reference_file
from loanwright.packaging.golden import read_golden, write_golden
from loanwright.packaging.package import ModelPackage, PackageRefused
from loanwright.packaging.profiles import profile_file

CONTENTS = handmade_contents()
HELD = known_inputs(column_specs(CARD, "new"), matrix_of(RECORDS))


@pytest.fixture
def package(tmp_path):
    return ModelPackage.load(handmade_package(tmp_path).path)


def test_a_package_says_what_it_is(tmp_path):
    written = handmade_package(tmp_path)
    package = ModelPackage.load(written.path)
    assert package.hash == written.hash
    assert written.path.name == f"credit-card-new-scorecard-{written.hash[:12]}"
    assert (package.segment, package.family) == ("new", "scorecard")
    assert package.features == ("limit", "education_level")
    assert package.product == CARD
    assert package.manifest["seed"] == 0


def test_an_assessment_is_what_the_scorecard_says_by_hand(package):
    assessment = package.assess([{"limit": 50_000.0, "education": "graduate_school"}])[0]
    # limit: 0.45 - (0.4·0.45 - 0.6·0.35) = 0.48; education: -0.15 - (0.6·0.1 - 0.4·0.15) = -0.15
    assert assessment.contributions == pytest.approx((0.48, -0.15), abs=1e-12)
    assert assessment.log_odds == pytest.approx(-1.3 + 0.45 - 0.15, abs=1e-12)
    calibrated = -1.0 - 0.1  # the line of slope 1 moved by -0.1
    assert assessment.probability_of_default == pytest.approx(1 / (1 + np.exp(-calibrated)))
    points = 600 + 20 / np.log(2) * (-calibrated - np.log(30))
    assert assessment.score == round(points)
    assert assessment.grade == package.assessor.scale.grade(assessment.score)


def test_contributions_and_base_are_the_log_odds(package):
    for assessment in package.assess(RECORDS):
        total = assessment.base_log_odds + sum(assessment.contributions)
        assert total == pytest.approx(assessment.log_odds, abs=1e-9)


def test_one_record_and_many_and_the_matrix_give_the_same_bits(package):
    together = package.assess(RECORDS)
    assert package.assess_matrix(matrix_of(RECORDS)) == together
    assert tuple(package.assess([record])[0] for record in RECORDS) == together
    assert package.assess([]) == ()


def test_both_backends_serve_the_same_bits(tmp_path):
    path = handmade_package(tmp_path).path
    plain = ModelPackage.load(path, backend="numpy")
    compiled = ModelPackage.load(path, backend="auto")
    assert plain.assess(RECORDS) == compiled.assess(RECORDS)


def test_a_package_is_served_from_memory_once_it_was_verified(tmp_path, package):
    before = package.assess(RECORDS)
    for file in package.path.iterdir():
        file.unlink()
    assert package.assess(RECORDS) == before


def golden_with(change):
    lines = read_golden(handmade_contents()["golden.jsonl"])
    change(lines[-1])
    return write_golden(lines)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("probability_of_default", (0.5).hex()),
        ("log_odds", (-1.2).hex()),
        ("base_log_odds", (0.0).hex()),
        ("contributions", [(0.1).hex(), (0.1).hex()]),
        ("score", 601),
        ("grade", "Z"),
        ("outcome", "decline"),
        ("reasons", []),
        ("surprise", 1),
    ],
)
def test_a_golden_row_that_is_not_reproduced_refuses_a_package_whose_hashes_are_right(
    tmp_path, name, value
):
    golden = golden_with(lambda line: line.update({name: value}))
    path = handmade_package(tmp_path, golden__jsonl=golden).path
    with pytest.raises(PackageRefused, match=f"golden row {len(RECORDS)} gives other {name}"):
        ModelPackage.load(path)


def test_one_bit_of_a_contribution_is_noticed(tmp_path):
    def nudge(line):
        weight = float.fromhex(line["contributions"][0])
        line["contributions"][0] = float(np.nextafter(weight, np.inf)).hex()

    path = handmade_package(tmp_path, golden__jsonl=golden_with(nudge)).path
    with pytest.raises(PackageRefused, match="contributions"):
        ModelPackage.load(path)


@pytest.mark.parametrize(
    "golden",
    [b"", b"[]\n", b"{}\n", b"not json\n", b'{"record":{}}\n', b'{"record":[1]}\n', b"\xff"],
)
def test_golden_rows_that_are_none_refuse_the_package(tmp_path, golden):
    with pytest.raises(PackageRefused):
        ModelPackage.load(handmade_package(tmp_path, golden__jsonl=golden).path)


@pytest.mark.parametrize(
    "change",
    [
        {"product__toml": b"[product]\n"},
        {"scorecard__json": b"{}"},
        {"scorecard__json": b"\xff"},
        {"calibration__json": b"{"},
        {"calibration__json": b"[]"},
        {"scale__json": b"[" * 100_000},
        {"calibration__json": changed_json(CONTENTS["calibration.json"], knots_y=["0x0.0p+0"])},
        {"scale__json": changed_json(CONTENTS["scale.json"], pdo=0)},
        {"scale__json": changed_json(CONTENTS["scale.json"], pdo=21)},
        {"scale__json": changed_json(CONTENTS["scale.json"], pdo=10**400)},
        {"scale__json": changed_json(CONTENTS["scale.json"], grades=[[]])},
    ],
)
def test_files_that_were_damaged_before_they_were_sealed_are_refused_all_the_same(tmp_path, change):
    with pytest.raises(PackageRefused):
        ModelPackage.load(handmade_package(tmp_path, **change).path)


def test_the_golden_rows_survive_separators_that_only_unicode_knows():
    lines = [{"record": {"city": "a\u2028b\x85c"}}, {"record": {"city": "d"}}]
    assert read_golden(write_golden(lines)) == lines


def test_the_shipped_reasons_have_both_languages(tmp_path):
    path = handmade_package(tmp_path).path
    reasons = json.loads((path / "reasons.json").read_text(encoding="utf-8"))
    assert {"limit.adverse", "limit.favourable", "rule.limit_cap", "score.below_cutoff"} <= set(
        reasons
    )
    assert all(text["en"] and text["ru"] for text in reasons.values())


def test_a_package_of_before_knows_nothing_of_its_sample(tmp_path):
    package = ModelPackage.load(handmade_package(tmp_path).path)
    assert package.known_sample is None
    assert package.reference_for(500) is None
    assert package.reservations([float("nan")] * 2) == ()
    assert package.reservations_of(matrix_of(RECORDS)) == [()] * len(RECORDS)


def test_a_package_with_a_reference_knows_the_strange_and_the_neighbours(tmp_path):
    content = reference_file(handmade_assessor(), HELD, matrix_of(RECORDS))["reference.json"]
    package = ModelPackage.load(handmade_package(tmp_path, reference__json=content).path)
    scores = [one.score for one in package.assess(RECORDS)]
    assert package.reference_for(max(scores) + 1) is None
    everyone = [one.contributions for one in package.assess(RECORDS)]
    assert package.reference_for(min(scores)) == pytest.approx(np.mean(everyone, axis=0))
    strange = [{"limit": 5_000.0, "education": "university"}, {"limit": 9e4, "education": None}]
    assert [
        [(one.code, one.feature) for one in found]
        for found in package.reservations_of(matrix_of(strange), strange)
    ] == [
        [("humility.out_of_range", "limit")],
        [("humility.too_many_missing", "education_level")],
    ]
    # Without the record nobody sees that the level stands for no answer.
    assert package.reservations(matrix_of(strange)[1]) == ()


@pytest.mark.parametrize("content", [b"{}", b"[]", b"nothing", b'{"schema": 1, "rows": 3}'])
def test_a_wrong_reference_is_refused(tmp_path, content):
    written = handmade_package(tmp_path, reference__json=content)
    with pytest.raises(PackageRefused):
        ModelPackage.load(written.path)


def profile_content():
    columns = {
        "limit": np.array([one["limit"] for one in RECORDS]),
        "education": np.array([float(place % 3) for place in range(len(RECORDS))]),
    }
    assessor = handmade_assessor()
    return profile_file(CARD, "new", assessor, columns, matrix_of(RECORDS))["profile.json"]


def test_a_package_of_before_has_no_profile(package):
    assert package.profile is None


def test_a_package_with_a_profile_knows_what_later_applicants_are_compared_with(tmp_path):
    path = handmade_package(tmp_path, profile__json=profile_content()).path
    package = ModelPackage.load(path)
    assert set(package.profile.tallies) == {"limit", "education", "education_level"}
    assert package.profile.rows == len(RECORDS)
    scores = [one.score for one in package.assess(RECORDS)]
    assert sorted(package.profile.answers.scores) == sorted(set(scores))


@pytest.mark.parametrize("content", [b"{}", b"[]", b"nothing", b'{"schema": 1, "rows": 3}'])
def test_a_wrong_profile_is_refused(tmp_path, content):
    written = handmade_package(tmp_path, profile__json=content)
    with pytest.raises(PackageRefused):
        ModelPackage.load(written.path)


def test_a_profile_of_another_model_is_refused(tmp_path):
    profile = json.loads(profile_content())
    profile["answers"]["features"].reverse()
    written = handmade_package(tmp_path, profile__json=json.dumps(profile).encode())
    with pytest.raises(PackageRefused, match="another model"):
        ModelPackage.load(written.path)
