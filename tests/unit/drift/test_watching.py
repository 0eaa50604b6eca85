"""Alerts: nothing where nothing moved, something where something did, the weightiest first."""

from math import log

import numpy as np
import pytest

from loanwright.calibration.curve import Calibration
from loanwright.drift.effect import Answering, answers_of, effect_of
from loanwright.drift.errors import MethodUnknown, NothingWatched, ProfileRefused
from loanwright.drift.grid import grid_of_values
from loanwright.drift.profile import Chunk, Profile, Reference
from loanwright.drift.profiling import Profiler, profile_of_sample
from loanwright.drift.watching import LEAST, Threshold, Watch
from loanwright.engine.scorecard import ScorecardTable, scorecard_runtime
from loanwright.features.product import bundled_product
from loanwright.scaling import Grade, Scale

CARD = bundled_product("credit-card")
SCALE = Scale(pdo=20, anchor_score=600, anchor_odds=30, grades=(Grade(name="A", score_from=0),))
CURVE = Calibration(knots_x=(-10.0, 10.0), knots_y=(-10.0, 10.0))
NO_LEAST = dict.fromkeys(LEAST, 0.0)


def model():
    """A card that weighs the limit much and education little."""
    bins = [
        {"kind": "range", "upper": 100_000.0, "log_odds": 0.8, "share": 0.5},
        {"kind": "range", "lower": 100_000.0, "log_odds": -0.8, "share": 0.5},
    ]
    level = [
        {"kind": "range", "upper": 1.0, "log_odds": 0.1, "share": 0.5},
        {"kind": "range", "lower": 1.0, "log_odds": -0.1, "share": 0.4},
        {"kind": "missing", "log_odds": 0.0, "share": 0.1},
    ]
    features = [
        {"name": "limit", "bins": bins},
        {"name": "education_level", "bins": level},
    ]
    table = ScorecardTable.from_mapping({"schema": 1, "intercept": -2.0, "features": features})
    return Answering(
        runtime=scorecard_runtime(table, backend="numpy"),
        calibration=CURVE,
        scale=SCALE,
        features=("limit", "education_level"),
    )


def columns(rows, seed, *, limit=1.0, unknown=0.0, missing=0.0):
    random = np.random.default_rng(seed)
    education = random.integers(0, 4, rows).astype(float)
    education[random.random(rows) < missing] = np.nan
    education[random.random(rows) < unknown] = -1.0
    return {"limit": random.lognormal(11.5, 0.8, rows) * limit, "education": education}


def watched(before, after, **wishes):
    asked = model()
    reference = profile_of_sample(CARD, "new", before, asked)
    grids = {name: one.grid for name, one in reference.tallies.items()}
    profiler = Profiler(product=CARD, segment="new", grids=grids, model=asked)
    half = {name: one[: len(one) // 2] for name, one in after.items()}
    profiler.add(half)
    profiler.add({name: one[len(half[name]) :] for name, one in after.items()})
    watch = Watch(
        reference=Reference(name="development", profile=reference),
        model=(CURVE, SCALE),
        approve_from=550,
        **wishes,
    )
    return watch.compare(Chunk(name="May", profile=profiler.profile()))


def test_a_chunk_of_the_same_population_raises_nothing():
    found = watched(columns(8_000, 1), columns(4_000, 2))
    assert found.alerts == ()
    assert found.score is not None
    assert {one.feature for one in found.features} == {"limit", "education", "education_level"}


def test_the_feature_that_moved_approvals_comes_first():
    found = watched(columns(8_000, 1), columns(4_000, 2, limit=0.6, missing=0.05))
    assert found.alerts[0].feature == "score"
    assert found.features[0].feature == "limit"
    effect = found.features[0].effect
    assert effect.contribution > 0.1
    assert effect.probability > 0.005
    assert effect.approvals < -0.05
    assert {("limit", "psi"), ("education", "missing")} <= {
        (one.feature, one.method) for one in found.alerts
    }


def test_a_code_that_nobody_knows_raises_an_alert_and_is_not_assessed():
    found = watched(columns(8_000, 1), columns(4_000, 2, unknown=0.01))
    assert ("education", "new_categories") in {(one.feature, one.method) for one in found.alerts}
    profile = found.chunk.profile
    assert profile.answers.rows == 4_000 - profile.tallies["education"].counts[-2]


def test_what_is_certain_but_small_is_no_alert():
    # A limit 2 % lower is beyond chance in a hundred thousand rows, and matters to nobody.
    before, after = columns(100_000, 1), columns(100_000, 2, limit=0.97)
    quiet = watched(before, after)
    loud = watched(before, after, threshold=Threshold(least=NO_LEAST))
    assert "limit" not in {one.feature for one in quiet.alerts}
    assert "limit" in {one.feature for one in loud.alerts}


def test_all_decisive_p_values_of_a_chunk_are_corrected_together():
    found = watched(columns(500, 1), columns(500, 2), threshold=Threshold(methods=("psi", "ks")))
    # Three features and the score by PSI, the three that are numbers by KS.
    assert found.tests == 7
    for one in (*found.features, found.score):
        assert set(one.corrected) <= {"psi", "ks"}
        assert set(one.measured) >= {"psi", "jensen_shannon", "missing"}
        assert all(one.corrected[name] >= one.measured[name].p_value for name in one.corrected)


def planted(random, rows, index):
    """Return counts of ten bins, two of which exchanged so much that PSI is ``index``."""
    low, high = 0.0, 0.0999
    for _ in range(60):
        middle = (low + high) / 2
        shift = 2 * middle * log((0.1 + middle) / (0.1 - middle)) / 2
        low, high = (middle, high) if shift * 2 / 2 < index else (low, middle)
    shares = np.full(10, 0.1)
    shares[0], shares[9] = 0.1 + low, 0.1 - low
    return random.choice(10, size=rows, p=shares).astype(float)


@pytest.mark.parametrize(("index", "least", "most"), [(0.0, 0.0, 0.08), (0.05, 0.95, 1.0)])
def test_an_index_of_0_05_is_found_in_ten_thousand_rows_and_chance_is_not(index, least, most):
    random = np.random.default_rng(17)
    alarms, runs, features = 0, 60, 10
    for _ in range(runs):
        names = [f"f{place}" for place in range(features)]
        before = {name: planted(random, 10_000, 0.0) for name in names}
        after = {name: planted(random, 10_000, 0.0) for name in names}
        after["f3"] = planted(random, 10_000, index)
        grids = {name: grid_of_values(name, before[name]) for name in names}
        profiles = [profile_of(grids, one) for one in (before, after)]
        watch = Watch(
            reference=Reference(name="before", profile=profiles[0]),
            threshold=Threshold(least=NO_LEAST if not index else LEAST),
        )
        found = watch.compare(Chunk(name="after", profile=profiles[1])).alerts
        alarms += "f3" in {one.feature for one in found} if index else bool(found)
    assert least <= alarms / runs <= most


def profile_of(grids, values):
    from loanwright.drift.counting import Counter
    from loanwright.drift.tally import Tally

    counter = Counter(list(grids.values()))
    counter.add(values)
    return Profile(rows=counter.rows, tallies=Tally.all_of(counter, grids))


def test_an_effect_is_what_would_be_undone():
    asked = model()
    low, high = (np.array([[limit, 1.0]] * 10) for limit in (50_000.0, 200_000.0))
    before, after = answers_of(asked, high), answers_of(asked, low)
    effect = effect_of("limit", before, after, model=(CURVE, SCALE), approve_from=550)
    assert effect.contribution == pytest.approx(1.6)
    assert effect.probability == pytest.approx(
        after.mean_probability - before.mean_probability, abs=0.002
    )
    assert effect.approvals == after.approval_rate(550) - before.approval_rate(550)
    assert effect_of("income", before, after, model=(CURVE, SCALE), approve_from=None) is None


def test_profiles_of_parts_add_up_and_survive_being_written():
    asked = model()
    whole = columns(1_000, 3, missing=0.1)
    profile = profile_of_sample(CARD, "new", whole, asked)
    again = Profile.from_mapping(profile.to_mapping())
    assert again.to_mapping() == profile.to_mapping()
    both = profile.plus(again)
    assert both.rows == 2_000
    assert both.tallies["education"].missing == profile.tallies["education"].missing
    assert both.answers.mean_probability == pytest.approx(profile.answers.mean_probability)
    assert both.answers.approval_rate(550) == profile.answers.approval_rate(550)


@pytest.mark.parametrize(
    "change",
    [
        {"schema": 7},
        {"features": [{"name": "x"}]},
        {"features": [{"name": "x", "kind": "numeric", "edges": [1.0], "counts": [1]}]},
        {"answers": {"features": []}},
        {"rows": None},
    ],
)
def test_a_damaged_profile_is_refused(change):
    good = profile_of_sample(CARD, "new", columns(50, 1), model()).to_mapping()
    with pytest.raises(ProfileRefused):
        Profile.from_mapping({**good, **change})


def test_a_chunk_without_a_shared_feature_is_refused():
    empty = Profile(rows=0, tallies={})
    with pytest.raises(NothingWatched):
        Watch(reference=Reference(name="a", profile=empty)).compare(Chunk(name="b", profile=empty))


def test_a_threshold_names_methods_that_there_are():
    with pytest.raises(MethodUnknown):
        Threshold(methods=("chi",))
