import numpy as np
import polars as pl
import pytest
from sklearn.metrics import roc_auc_score

from loanwright.datasets.synthetic import PortfolioImpossible, make_portfolio
from loanwright.datasets.synthetic_defects import ABUSER, DEFECTS, DefectUnknown
from loanwright.features.product import parse_product
from loanwright.metrics.probability import calibration_line
from loanwright.sampling import read_sample, split_sample


@pytest.fixture(scope="module")
def clean():
    return make_portfolio(applicants=8000, seed=3, random_accepts=0.05)


def planted(*defects, **changes):
    return make_portfolio(**({"applicants": 8000, "seed": 3, "defects": defects} | changes))


def later(table, share=0.75):
    return table.filter(pl.col("applied_on") >= pl.col("applied_on").quantile(share))


def test_the_same_arguments_give_the_same_portfolio():
    one, two = (make_portfolio(applicants=900, seed=5, defects=["drift"]) for _ in range(2))
    assert one.applications.equals(two.applications)
    assert one.payments.equals(two.payments)
    other = make_portfolio(applicants=900, seed=6, defects=["drift"])
    assert not one.applications.equals(other.applications)


def test_outcomes_follow_the_stated_probabilities(clean):
    table = clean.applications
    line = calibration_line(
        table["true_default"].to_numpy(), table["true_probability"].to_numpy(), level=0.999
    )
    assert line.slope.lower < 1 < line.slope.upper
    assert line.in_the_large.lower < 0 < line.in_the_large.upper


def test_the_declined_would_have_defaulted_more_often(clean):
    table = clean.applications
    declined = table.filter(pl.col("outcome") == "decline")["true_default"].mean()
    assert declined > 1.5 * clean.sample["default"].mean()
    assert clean.sample["default"].mean() < clean.true_bad_rate < declined


def test_nobody_sees_what_became_of_the_declined(clean):
    assert "default" not in clean.rejects.columns
    declined = clean.applications.filter(pl.col("outcome") == "decline")
    assert declined["default"].null_count() == declined.height


def test_rejects_are_worse_than_their_columns_say(clean):
    """Half of what the past decision knew is in no column."""
    table = clean.applications
    accepted = (table["outcome"] == "approve").to_numpy()
    from loanwright.datasets.synthetic_people import true_log_odds

    people = {name: table[name].to_numpy() for name in table.columns}
    seen = true_log_odds(people | {"unseen": np.zeros(table.height)})
    hidden = np.log(table["true_probability"] / (1 - table["true_probability"])).to_numpy() - seen
    assert hidden[~accepted].mean() > hidden[accepted].mean() + 0.2


def test_the_lottery_takes_from_the_declined_alone(clean):
    drawn = clean.applications.filter("accepted_at_random")
    assert set(drawn["past_outcome"]) == {"decline"}
    assert set(drawn["outcome"]) == {"approve"}
    declined = clean.applications.filter(pl.col("past_outcome") == "decline")
    assert drawn.height / declined.height == pytest.approx(0.05, abs=0.015)


def test_a_defaulted_account_passes_thirty_and_sixty_days_and_stays_at_ninety(clean):
    one = clean.applications.filter((pl.col("default") == 1) & (pl.col("true_month") == 6))[0]
    months = clean.payments.filter(pl.col("application") == one["application"][0])
    assert months["days_past_due"].to_list()[3:] == [30, 60, *[90] * 7]


def test_default_in_the_sample_is_ninety_days_in_the_payments(clean):
    late = clean.payments.filter(pl.col("days_past_due") == 90)["application"].unique()
    bad = clean.sample.filter(pl.col("default") == 1)["application"]
    assert set(late) == set(bad)


@pytest.mark.parametrize("defect", [None, *DEFECTS])
def test_every_portfolio_fits_its_product_file_and_can_be_split(defect):
    portfolio = planted(*([defect] if defect else []), applicants=4000)
    product = parse_product(portfolio.product_text)
    sample = read_sample(product, portfolio.sample)
    split = split_sample(sample.default, applicant=sample.applicant, date=sample.date)
    assert split.judged_name == "out_of_time"
    assert sample.default[split.judged].sum() > 20


def test_a_leak_ranks_almost_perfectly():
    sample = planted("leak").sample
    assert roc_auc_score(sample["default"], sample["collection_fees"]) > 0.95


def test_a_flipped_sign_contradicts_the_dictionary(clean):
    def ranking(portfolio):
        sample = portfolio.sample.drop_nulls("savings")
        return roc_auc_score(sample["default"], sample["savings"])

    assert ranking(clean) < 0.5 < 0.55 < ranking(planted("sign_flip"))


def test_drift_moves_the_later_months_alone(clean):
    def change(portfolio):
        return later(portfolio.sample)["income"].mean() / portfolio.sample["income"].mean()

    assert change(clean) == pytest.approx(1, abs=0.05)
    assert change(planted("drift")) < 0.87


def test_a_biased_group_has_delays_recorded_that_were_none():
    sample = planted("biased_group").sample
    means = {key[0]: part["delays"].mean() for key, part in sample.group_by("group")}
    rates = {key[0]: part["default"].mean() for key, part in sample.group_by("group")}
    assert means["b"] > means["a"] + 1.5
    assert rates["b"] == pytest.approx(rates["a"], abs=0.03)


def test_a_miscalibrated_band_defaults_more_in_later_months_alone():
    table = planted("miscalibrated_grade").applications
    log_odds = np.log(table["true_probability"] / (1 - table["true_probability"]))
    late = table["applied_on"] >= table["applied_on"].quantile(0.75)
    rows = ((log_odds > log_odds.quantile(0.3)) & (log_odds < log_odds.quantile(0.8))).to_numpy()
    bad = table["true_default"].to_numpy().astype(float)
    assert bad[rows & late.to_numpy()].mean() > bad[rows & ~late.to_numpy()].mean() + 0.03


def test_duplicate_people_agree_in_everything_but_their_names():
    sample = planted("duplicate_people").sample
    features = [c for c in sample.columns if c not in ("application", "applicant", "applied_on")]
    assert sample.height - sample.select(features).unique().height > 0.15 * sample.height
    assert sample["application"].n_unique() == sample.height


def test_a_future_feature_is_dated_after_the_application(clean):
    assert (clean.sample["report_on"] <= clean.sample["applied_on"]).all()
    future = planted("future_feature").sample
    assert (future["report_on"] > future["applied_on"]).all()
    assert roc_auc_score(future["default"], future["delays"]) < 0.85


def test_shuffled_labels_keep_their_number_and_lose_their_meaning(clean):
    shuffled = planted("shuffled_target", random_accepts=0.05)
    assert shuffled.sample["default"].sum() == clean.sample["default"].sum()
    joined = shuffled.applications.filter(pl.col("outcome") == "approve")
    assert abs(roc_auc_score(joined["default"], joined["true_probability"]) - 0.5) < 0.04


def test_a_collapsed_category_has_one_code_left():
    sample = planted("collapsed_category").sample
    assert set(later(sample, 0.85)["employment"]) == {"permanent"}
    assert sample["employment"].n_unique() == 4


def test_a_unit_change_multiplies_later_incomes_by_twelve():
    sample = planted("unit_change").sample
    assert later(sample, 0.85)["income"].mean() > 9 * sample["income"].head(1000).mean()


def test_a_label_delay_hides_the_defaults_of_the_last_months(clean):
    delayed = planted("label_delay")
    assert later(delayed.sample, 0.85)["default"].mean() < 0.5 * delayed.sample["default"].mean()
    assert delayed.observed_on < clean.observed_on
    assert delayed.payments["month_on_book"].len() < clean.payments.height


def test_override_abuse_has_a_name(clean):
    def share(portfolio, officer):
        rows = portfolio.applications.filter(
            (pl.col("past_outcome") == "decline") & (pl.col("officer") == officer)
        )
        return float(rows["override_reason"].is_not_null().mean())

    assert share(clean, ABUSER) < 0.08
    abused = planted("override_abuse")
    assert share(abused, ABUSER) > 0.4 > 0.15 > share(abused, "officer-1")
    assert set(abused.overrides["side"]) == {"low", "high"}


def test_an_unknown_defect_is_refused_with_the_known_ones():
    with pytest.raises(DefectUnknown, match="Known defects: leak, sign_flip"):
        make_portfolio(defects=["gremlins"])


@pytest.mark.parametrize(
    "wrong", [{"applicants": 10}, {"months": 2}, {"accept_rate": 0}, {"random_accepts": 2}]
)
def test_an_impossible_portfolio_is_refused(wrong):
    with pytest.raises(PortfolioImpossible):
        make_portfolio(**wrong)
