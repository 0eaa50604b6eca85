"""From the published tables to ours."""

import polars as pl

from loanwright.datasets.prepare import main, prepare_credit_card, prepare_instalment_loan

DELAYS = ("PAY_0", "PAY_2", "PAY_3", "PAY_4", "PAY_5", "PAY_6")
GERMAN = {
    "status_of_existing_checking_account": "... < 0 DM",
    "duration_in_month": 6,
    "credit_history": "critical account/ other credits existing (not at this bank)",
    "purpose": "radio/television",
    "credit_amount": 1169,
    "savings_account_and_bonds": "unknown/ no savings account",
    "present_employment_since": "... >= 7 years",
    "installment_rate_in_percentage_of_disposable_income": 4,
    "personal_status_and_sex": "male : single",
    "other_debtors_or_guarantors": "none",
    "present_residence_since": 4,
    "property": "real estate",
    "age_in_years": 67,
    "other_installment_plans": "none",
    "housing": "own",
    "number_of_existing_credits_at_this_bank": 2,
    "job": "skilled employee / official",
    "number_of_people_being_liable_to_provide_maintenance_for": 1,
    "telephone": "yes, registered under the customers name",
    "foreign_worker": "yes",
    "creditability": "good",
}


def taiwan(**changes):
    row = {"ID": 1, "LIMIT_BAL": 20000.0, "SEX": 2, "EDUCATION": 2, "MARRIAGE": 1, "AGE": 24}
    row |= {name: -2 + i for i, name in enumerate(DELAYS)}
    row |= {f"BILL_AMT{m}": 100.0 * m for m in range(1, 7)}
    row |= {f"PAY_AMT{m}": 10.0 * m for m in range(1, 7)}
    return row | {"default payment next month": 1} | changes


def test_the_latest_month_is_month_one():
    row = prepare_credit_card(pl.DataFrame([taiwan()])).row(0, named=True)
    assert [row[f"delay_{m}"] for m in range(1, 7)] == [-2, -1, 0, 1, 2, 3]
    assert (row["bill_1"], row["payment_6"], row["limit"]) == (100, 60, 20000)
    assert (row["sex"], row["education"], row["marital_status"]) == (
        "female",
        "university",
        "married",
    )
    assert row["default"] == 1


def test_undocumented_codes_become_missing():
    rows = [taiwan(EDUCATION=code, MARRIAGE=0) for code in (0, 5, 6)]
    table = prepare_credit_card(pl.DataFrame(rows))
    assert table["education"].null_count() == 3
    assert table["marital_status"].null_count() == 3


def test_rows_of_one_person_share_the_applicant_whatever_the_label():
    label = "default payment next month"
    rows = [taiwan(), taiwan(ID=2, AGE=25), taiwan(ID=3, **{label: 0})]
    assert prepare_credit_card(pl.DataFrame(rows))["applicant"].to_list() == [
        "T00001",
        "T00002",
        "T00001",
    ]


def test_german_labels_follow_the_corrected_code_table():
    row = prepare_instalment_loan(pl.DataFrame([GERMAN])).row(0, named=True)
    expected = {
        "applicant": "G00001",
        "amount": 1169,
        "checking_status": "no_account",
        "credit_history": "repaid_here",
        "purpose": "furniture",
        "savings": "from_1000",
        "instalment_rate": "below_20",
        "sex": "male",
        "marital_status": "married_or_widowed",
        "property": "none_or_unknown",
        "housing": "rent",
        "existing_credits": "two_or_three",
        "dependents": "up_to_two",
        "telephone": True,
        "foreign_worker": False,
        "default": 0,
    }
    assert {name: row[name] for name in expected} == expected


def test_sex_is_missing_where_the_published_label_mixes_both():
    mixed = GERMAN | {"personal_status_and_sex": "female : divorced/separated/married"}
    row = prepare_instalment_loan(pl.DataFrame([mixed])).row(0, named=True)
    assert row["sex"] is None
    assert row["marital_status"] is None


def test_the_script_writes_both_tables(tmp_path, capsys):
    pl.DataFrame([taiwan()]).write_csv(tmp_path / "taiwan_credit_card.csv")
    pl.DataFrame([GERMAN]).write_parquet(tmp_path / "german_credit.parquet")
    assert main([str(tmp_path), str(tmp_path)]) == 0
    assert "credit-card: 1 rows, 25 columns" in capsys.readouterr().out
    assert pl.read_parquet(tmp_path / "instalment-loan.parquet").height == 1
    assert main([]) == 2
