"""Makes examples/loans.csv: an invented lender's past loans, with the traps that real tables have.

`collection_fee` is known only after a loan went bad (a leak), `contract` identifies a loan, and
`country` says the same everywhere. The people are invented; for real data see the demo bank.
"""

import csv
import math
import random
from pathlib import Path

ROWS = 1_500
COLUMNS = (
    "contract",
    "amount",
    "monthly_income",
    "months_employed",
    "late_payments",
    "home",
    "country",
    "collection_fee",
    "bad",
)


def main() -> None:
    """Write the table beside this script."""
    chance = random.Random(20)  # noqa: S311
    with (Path(__file__).parent / "loans.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(make_loan(number, chance) for number in range(1, ROWS + 1))


def make_loan(number: int, chance: random.Random) -> list[object]:
    """Return one loan; what was not answered is left empty."""
    amount = round(chance.lognormvariate(8.6, 0.6), -2)
    income = round(chance.lognormvariate(7.8, 0.45), -1)
    months = min(480, round(chance.expovariate(1 / 60)))
    late = chance.choices((0, 1, 2, 3, 5), (70, 14, 8, 5, 3))[0]
    home = chance.choices(("own", "rent", "family"), (45, 40, 15))[0]
    strain = amount / (income * 12)
    log_odds = -2.6 + 0.7 * late + 1.4 * strain - 0.006 * months + 0.4 * (home == "rent")
    bad = int(chance.random() < 1 / (1 + math.exp(-log_odds)))
    fee = round(chance.uniform(40, 400)) if bad and chance.random() < 0.9 else 0
    told = "" if chance.random() < 0.07 else months
    return [f"C-{number:05}", round(amount), round(income), told, late, home, "ZZ", fee, bad]


if __name__ == "__main__":
    main()
