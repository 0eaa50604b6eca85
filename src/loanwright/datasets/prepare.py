"""Make the bundled tables from the tables as their authors published them.

``python -m loanwright.datasets.prepare SOURCE OUT`` reads ``taiwan_credit_card.parquet`` and
``german_credit.parquet`` (or ``.csv``) with the original column names from the folder SOURCE and
writes ``credit-card.parquet`` and ``instalment-loan.parquet`` to OUT. The same sources give the
same rows; docs/reference/datasets.md says why every code is mapped as it is.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import polars as pl

MONTHS: Final = range(1, 7)
# PAY_0 is followed by PAY_2: the publication has no PAY_1.
DELAYS: Final = ("PAY_0", "PAY_2", "PAY_3", "PAY_4", "PAY_5", "PAY_6")
EDUCATION: Final = {1: "graduate_school", 2: "university", 3: "high_school", 4: "other"}
SEX: Final = {1: "male", 2: "female"}
MARITAL_STATUS: Final = {1: "married", 2: "single", 3: "other"}

# Published label -> our code. The labels that were published with these rows are known to be
# shifted (Groemping 2019); the codes follow the corrected code table.
GERMAN_CODES: Final[Mapping[str, tuple[str, Mapping[str, str | None]]]] = {
    "checking_status": (
        "status_of_existing_checking_account",
        {
            "... < 0 DM": "no_account",
            "0 <= ... < 200 DM": "overdrawn",
            "... >= 200 DM / salary assignments for at least 1 year": "below_200",
            "no checking account": "from_200",
        },
    ),
    "credit_history": (
        "credit_history",
        {
            "no credits taken/ all credits paid back duly": "past_delay",
            "all credits at this bank paid back duly": "critical",
            "existing credits paid back duly till now": "none_or_repaid",
            "delay in paying off in the past": "current_in_order",
            "critical account/ other credits existing (not at this bank)": "repaid_here",
        },
    ),
    "purpose": (
        "purpose",
        {
            "car (new)": "other",
            "car (used)": "new_car",
            "furniture/equipment": "used_car",
            "radio/television": "furniture",
            "domestic appliances": "electronics",
            "repairs": "appliances",
            "education": "repairs",
            "retraining": "holiday",
            "business": "retraining",
            "others": "business",
        },
    ),
    "savings": (
        "savings_account_and_bonds",
        {
            "... < 100 DM": "none_or_unknown",
            "100 <= ... < 500 DM": "below_100",
            "500 <= ... < 1000 DM": "from_100",
            "... >= 1000 DM": "from_500",
            "unknown/ no savings account": "from_1000",
        },
    ),
    "employment_since": (
        "present_employment_since",
        {
            "unemployed": "unemployed",
            "... < 1 year": "below_1_year",
            "1 <= ... < 4 years": "from_1_year",
            "4 <= ... < 7 years": "from_4_years",
            "... >= 7 years": "from_7_years",
        },
    ),
    "sex": (
        "personal_status_and_sex",
        {
            "male : divorced/separated": "male",
            "female : divorced/separated/married": None,
            "male : single": "male",
            "male : married/widowed": "female",
        },
    ),
    "marital_status": (
        "personal_status_and_sex",
        {
            "male : divorced/separated": "divorced",
            "female : divorced/separated/married": None,
            "male : single": "married_or_widowed",
            "male : married/widowed": "single",
        },
    ),
    "other_debtors": (
        "other_debtors_or_guarantors",
        {"none": "none", "co-applicant": "co_applicant", "guarantor": "guarantor"},
    ),
    "property": (
        "property",
        {
            "real estate": "none_or_unknown",
            "building society savings agreement/ life insurance": "car_or_other",
            "car or other, not in attribute Savings account/bonds": "savings_plan",
            "unknown / no property": "real_estate",
        },
    ),
    "other_plans": (
        "other_installment_plans",
        {"bank": "bank", "stores": "stores", "none": "none"},
    ),
    "housing": ("housing", {"rent": "free", "own": "rent", "for free": "own"}),
    "job": (
        "job",
        {
            "unemployed/ unskilled - non-resident": "unskilled_non_resident",
            "unskilled - resident": "unskilled_resident",
            "skilled employee / official": "skilled",
            "management/ self-employed/ highly qualified employee/ officer": "highly_qualified",
        },
    ),
}
# Positions 1 … 4 of the publication are classes, not quantities.
GERMAN_CLASSES: Final[Mapping[str, tuple[str, Mapping[int, str]]]] = {
    "instalment_rate": (
        "installment_rate_in_percentage_of_disposable_income",
        {1: "from_35", 2: "from_25", 3: "from_20", 4: "below_20"},
    ),
    "residence_since": (
        "present_residence_since",
        {1: "below_1_year", 2: "from_1_year", 3: "from_4_years", 4: "from_7_years"},
    ),
    "existing_credits": (
        "number_of_existing_credits_at_this_bank",
        {1: "one", 2: "two_or_three", 3: "four_or_five", 4: "six_or_more"},
    ),
    "dependents": (
        "number_of_people_being_liable_to_provide_maintenance_for",
        {1: "up_to_two", 2: "three_or_more"},
    ),
}


def prepare_credit_card(source: pl.DataFrame) -> pl.DataFrame:
    """Return the Taiwan table under our names.

    Parameters
    ----------
    source
        The table as published: ID, LIMIT_BAL, SEX, EDUCATION, MARRIAGE, AGE, PAY_0, PAY_2 …
        PAY_6, BILL_AMT1 … 6, PAY_AMT1 … 6 and the label, the last column.

    Returns
    -------
    DataFrame
        One row per row of the source, in its order. Rows that agree in every published
        attribute carry the same ``applicant``.
    """
    label = source.columns[-1]
    columns: list[pl.Expr | pl.Series] = [
        _applicants(source.drop("ID", label), "T"),
        pl.col("LIMIT_BAL").cast(pl.Int64).alias("limit"),
        _coded("EDUCATION", EDUCATION).alias("education"),
        _coded("SEX", SEX).alias("sex"),
        _coded("MARRIAGE", MARITAL_STATUS).alias("marital_status"),
        pl.col("AGE").cast(pl.Int64).alias("age"),
    ]
    columns += [pl.col(DELAYS[m - 1]).cast(pl.Int64).alias(f"delay_{m}") for m in MONTHS]
    columns += [pl.col(f"BILL_AMT{m}").cast(pl.Int64).alias(f"bill_{m}") for m in MONTHS]
    columns += [pl.col(f"PAY_AMT{m}").cast(pl.Int64).alias(f"payment_{m}") for m in MONTHS]
    return source.select(*columns, pl.col(label).cast(pl.Int64).alias("default"))


def prepare_instalment_loan(source: pl.DataFrame) -> pl.DataFrame:
    """Return the German table under our names.

    Parameters
    ----------
    source
        The table as published, with labels in words and the label ``creditability``.

    Returns
    -------
    DataFrame
        One row per row of the source, in its order, with corrected codes.
    """
    texts = [
        pl.col(column).replace_strict(codes, return_dtype=pl.String).alias(name)
        for name, (column, codes) in GERMAN_CODES.items()
    ]
    classes = [
        pl.col(column).replace_strict(codes, return_dtype=pl.String).alias(name)
        for name, (column, codes) in GERMAN_CLASSES.items()
    ]
    return source.select(
        _applicants(source.drop("creditability"), "G"),
        pl.col("credit_amount").cast(pl.Int64).alias("amount"),
        pl.col("duration_in_month").cast(pl.Int64).alias("duration_months"),
        *texts,
        *classes,
        pl.col("age_in_years").cast(pl.Int64).alias("age"),
        (pl.col("telephone") != "none").alias("telephone"),
        # The published answers are reversed: 963 of 1,000 would be foreign workers.
        (pl.col("foreign_worker") == "no").alias("foreign_worker"),
        (pl.col("creditability") == "bad").cast(pl.Int64).alias("default"),
    )


def _coded(column: str, codes: Mapping[int, str]) -> pl.Expr:
    """Return texts; a code that the publication does not document is missing."""
    return pl.col(column).cast(pl.Int64).replace_strict(codes, default=None, return_dtype=pl.String)


def _applicants(attributes: pl.DataFrame, letter: str) -> pl.Series:
    """Return a name for each row; rows equal in every attribute are taken for one person."""
    first: dict[tuple[object, ...], int] = {}
    numbers = [first.setdefault(row, position) for position, row in enumerate(attributes.rows(), 1)]
    return pl.Series("applicant", [f"{letter}{number:05d}" for number in numbers])


def _read(folder: Path, stem: str) -> pl.DataFrame:
    parquet = folder / f"{stem}.parquet"
    return pl.read_parquet(parquet) if parquet.exists() else pl.read_csv(folder / f"{stem}.csv")


def main(arguments: list[str]) -> int:
    """Prepare both tables; return the exit code."""
    if len(arguments) != 2:
        sys.stderr.write("usage: python -m loanwright.datasets.prepare SOURCE OUT\n")
        return 2
    source, out = Path(arguments[0]), Path(arguments[1])
    tables = {
        "credit-card": prepare_credit_card(_read(source, "taiwan_credit_card")),
        "instalment-loan": prepare_instalment_loan(_read(source, "german_credit")),
    }
    for name, table in tables.items():
        table.write_parquet(out / f"{name}.parquet", compression="zstd", compression_level=19)
        sys.stdout.write(f"{name}: {table.height} rows, {table.width} columns\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
