import datetime as dt

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loanwright.datasets.bundled import load_dataset
from loanwright.features.errors import ColumnsRefused
from loanwright.features.product import bundled_product, parse_product
from loanwright.sampling import (
    Sample,
    SampleHasOneClass,
    SplitRefused,
    TooFewDefaults,
    inner_folds,
    read_sample,
    split_sample,
)

LOAN = bundled_product("instalment-loan")
TABLE = load_dataset("instalment-loan")


def loan_with(**named):
    """Return the product with these entries under [sample]."""
    entries = "".join(f'{name} = "{column}"\n' for name, column in named.items())
    head, _, tail = LOAN.text.partition("[sample]\n")
    rest = tail[tail.index("\n[") :]
    return parse_product(f'{head}[sample]\ndefault = "default"\n{entries}{rest}')


def parts_of(split):
    return split.development, split.calibration, split.judged


def test_a_sample_is_cut_sixty_twenty_twenty_with_equal_shares_of_defaults():
    default = np.random.default_rng(0).random(10_000) < 0.2
    split = split_sample(default, seed=1)
    assert [len(part) for part in parts_of(split)] == [6000, 2000, 2000]
    rates = [default[part].mean() for part in parts_of(split)]
    assert max(rates) - min(rates) < 0.001
    assert split.judged_name == "holdout"


def test_the_same_seed_cuts_alike_and_another_seed_does_not():
    default = np.arange(500) % 4 == 0
    first, again, other = (split_sample(default, seed=seed).development for seed in (7, 7, 8))
    assert first.tolist() == again.tolist()
    assert first.tolist() != other.tolist()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 40), st.booleans()), min_size=60, max_size=200),
    st.integers(0, 5),
)
def test_every_row_is_in_one_sample_and_every_person_too(rows, seed):
    people = np.array([person for person, _ in rows])
    default = np.array([bad for _, bad in rows])
    try:
        split = split_sample(default, applicant=people, seed=seed)
    except SplitRefused:
        assert len(np.unique(people)) < 15
        return
    assert sorted(np.concatenate(parts_of(split)).tolist()) == list(range(len(rows)))
    owners = [set(people[part].tolist()) for part in parts_of(split)]
    assert not owners[0] & owners[1]
    assert not owners[0] & owners[2]
    assert not owners[1] & owners[2]


def test_a_person_with_many_rows_stays_whole():
    people = np.repeat(np.arange(200), 5)
    split = split_sample(np.arange(1000) % 10 == 0, applicant=people, seed=3)
    for part in parts_of(split):
        _, counts = np.unique(people[part], return_counts=True)
        assert set(counts.tolist()) == {5}


def test_the_latest_fifth_is_out_of_time_and_dates_are_not_torn_apart():
    date = np.repeat(np.arange(50.0), 20)
    split = split_sample(np.arange(1000) % 5 == 0, date=date, seed=0)
    assert split.judged_name == "out_of_time"
    assert date[split.judged].min() == 40
    assert max(date[split.development].max(), date[split.calibration].max()) == 39
    assert (len(split.development), len(split.calibration)) == (600, 200)
    assert split.set_aside == 0


def test_earlier_rows_of_people_who_come_back_late_are_set_aside():
    date, people = np.arange(100.0), np.arange(100) % 90
    split = split_sample(np.arange(100) % 2 == 0, applicant=people, date=date, seed=0)
    assert split.judged.tolist() == list(range(80, 100))
    assert split.set_aside == 10
    used = np.concatenate(parts_of(split))
    assert not set(used.tolist()) & set(range(10))
    assert split.to_mapping()["out_of_time"] == 20


def test_what_cannot_be_cut_is_refused():
    with pytest.raises(SplitRefused, match="no date"):
        split_sample(np.arange(100) % 2, date=np.full(100, np.nan))
    with pytest.raises(SplitRefused, match="dates"):
        split_sample(np.arange(100) % 2, date=np.ones(100))
    with pytest.raises(SplitRefused, match="no row is left"):
        split_sample(np.arange(100) % 2, applicant=np.zeros(100))


def test_a_sample_without_the_label_is_refused_by_its_name():
    with pytest.raises(ColumnsRefused, match="column default"):
        read_sample(LOAN, TABLE.drop("default"))


@pytest.mark.parametrize(("label", "what"), [(0, "good"), (1, "defaults")])
def test_a_sample_of_one_kind_is_refused(label, what):
    with pytest.raises(SampleHasOneClass, match=f"All 1000 rows of the sample are {what}"):
        read_sample(LOAN, TABLE.with_columns(default=pl.lit(label)))


def test_too_few_defaults_are_refused_with_their_number():
    few = pl.concat([TABLE.filter(pl.col("default") == 0), TABLE.filter(default=1).head(49)])
    with pytest.raises(TooFewDefaults, match="49 defaults among 749 rows; at least 50"):
        read_sample(LOAN, few)


@pytest.mark.parametrize("name", ["applicant", "date"])
def test_a_column_that_the_product_names_must_be_there(name):
    with pytest.raises(ColumnsRefused, match="column gone: is absent"):
        read_sample(loan_with(**{name: "gone"}), TABLE)


def test_unknown_columns_are_noted_and_change_nothing():
    plain = read_sample(LOAN, TABLE)
    more = read_sample(LOAN, TABLE.with_columns(shoe_size=pl.lit(43)))
    assert more.ignored == (*plain.ignored, "shoe_size")
    assert more.hash == plain.hash


def test_the_hash_notices_one_changed_value():
    plain = read_sample(LOAN, TABLE)
    changed = TABLE.with_columns(
        default=pl.when(pl.int_range(pl.len()) == 17)
        .then(1 - pl.col("default"))
        .otherwise(pl.col("default"))
    )
    assert read_sample(LOAN, changed).hash != plain.hash


def test_people_may_be_named_by_texts_and_the_unnamed_are_different_people():
    named = TABLE.with_columns(
        person=pl.when(pl.int_range(pl.len()) < 10)
        .then(None)
        .otherwise(pl.format("P{}", pl.int_range(pl.len()) % 300))
    )
    people = read_sample(loan_with(applicant="person"), named).applicant
    assert len(np.unique(people[:10])) == 10
    assert len(np.unique(people[10:])) == 300
    assert not set(people[:10].tolist()) & set(people[10:].tolist())


@pytest.mark.parametrize(
    "dates",
    [
        [dt.date(2024, 1, 1) + dt.timedelta(days=i) for i in range(1000)],
        [f"{dt.date(2024, 1, 1) + dt.timedelta(days=i)}" for i in range(1000)],
        [dt.datetime(2024, 1, 1) + dt.timedelta(days=i) for i in range(1000)],
        list(range(1000)),
    ],
)
def test_dates_texts_moments_and_periods_are_all_in_order(dates):
    dated = TABLE.with_columns(pl.Series("opened", dates))
    date = read_sample(loan_with(date="opened"), dated).date
    assert (np.diff(date) > 0).all()


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
def test_a_moment_is_the_same_day_as_its_date(unit):
    days = [dt.date(2024, 1, 1) + dt.timedelta(days=i) for i in range(1000)]
    moments = pl.Series("opened", days).cast(pl.Datetime(unit)) + dt.timedelta(hours=15)
    product = loan_with(date="opened")
    read = read_sample(product, TABLE.with_columns(moments)).date
    plain = read_sample(product, TABLE.with_columns(pl.Series("opened", days))).date
    assert read.tolist() == plain.tolist()
    assert plain[0] == 19723


@pytest.mark.parametrize(
    ("written", "found"),
    [("31.01.2024", "31.01.2024"), ("2024-1-5", "2024-1-5"), ("2024-02-30", "2024-02-30"),
     ("January", "January")],
)  # fmt: skip
def test_texts_that_are_not_days_are_refused_with_column_example_and_remedy(written, found):
    texts = pl.Series("opened", ["2024-01-01", "", None, *[written] * 997])
    problem = f"column opened: 997 of 1000 texts are not days, such as '{found}'; write YYYY-MM-DD"
    with pytest.raises(ColumnsRefused, match=problem):
        read_sample(loan_with(date="opened"), TABLE.with_columns(texts))


def test_dates_that_are_no_dates_at_all_are_refused():
    with pytest.raises(ColumnsRefused, match="column opened: holds Boolean"):
        read_sample(loan_with(date="opened"), TABLE.with_columns(opened=pl.lit(value=True)))


def folded(rows=1000, *, dated=False, people=400, count=4, seed=0):
    random = np.random.default_rng(seed)
    sample = Sample(
        columns={},
        default=(random.random(rows) < 0.3).astype(np.int8),
        applicant=random.integers(people, size=rows),
        date=random.permutation(rows).astype(float) if dated else None,
    )
    split = split_sample(sample.default, applicant=sample.applicant, date=sample.date, seed=seed)
    return sample, split, inner_folds(sample, split, count=count, seed=seed)


@pytest.mark.parametrize("dated", [False, True])
def test_no_fold_is_judged_by_a_model_of_the_same_people_or_of_judged_rows(dated):
    sample, split, folds = folded(dated=dated, people=3000)
    for fold in folds:
        assert not set(sample.applicant[fold.fit]) & set(sample.applicant[fold.judged])
        for part in (fold.fit, fold.judged):
            assert not np.isin(part, split.judged).any()
            assert len(part)


def test_without_dates_every_row_is_judged_once_and_defaults_are_spread():
    sample, split, folds = folded()
    judged = np.sort(np.concatenate([fold.judged for fold in folds]))
    assert judged.tolist() == sorted([*split.development, *split.calibration])
    rates = [sample.default[fold.judged].mean() for fold in folds]
    assert max(rates) - min(rates) < 0.06
    assert folded()[2][0].judged.tolist() == folds[0].judged.tolist()


def test_with_dates_no_fold_learns_from_rows_later_than_those_it_is_judged_on():
    sample, split, folds = folded(dated=True, people=3000)
    for fold in folds:
        assert sample.date[fold.fit].max() < sample.date[fold.judged].min()
    judged = np.concatenate([fold.judged for fold in folds])
    learned = len(split.development) + len(split.calibration)
    assert len(set(judged.tolist())) == len(judged)
    assert len(judged) == pytest.approx(0.6 * learned, rel=0.02)


def test_a_fold_without_defaults_is_refused():
    sample = Sample(columns={}, default=(np.arange(200) < 3).astype(np.int8))
    with pytest.raises(SplitRefused, match="fold lacks"):
        inner_folds(sample, split_sample(sample.default), count=5)
