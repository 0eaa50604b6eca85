"""Accounts and payments from a CSV file: one row for each month of each account."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from loanwright.cli.failures import fail
from loanwright.cli.tables import find_separator
from loanwright.decisioning.money import minor_units
from loanwright.decisioning.schedule import LARGEST_AMOUNT, CreditRefused, Repayment

if TYPE_CHECKING:
    from loanwright.features.product import Product
    from loanwright.service.accounts.schemas import Opening, PaymentRecord

ACCOUNT: Final = ("reference", "document_number", "amount", "annual_rate_bp", "term_months")
NEEDED: Final = (*ACCOUNT, "disbursed_on")
OPTIONAL: Final = ("repayment",)
MONTH: Final = ("number", "due_on", "due", "paid", "paid_on", "balance", "days_past_due")
LONGEST_REFERENCE: Final = 64


class RowWrong(ValueError):
    """What is wrong with a row, in words."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BookedRow:
    """One account of a file and its months; `line` is where it begins."""

    line: int
    document_number: str
    opening: "Opening"
    months: "list[PaymentRecord]" = field(default_factory=list)


@dataclass(frozen=True, kw_only=True, slots=True)
class Book:
    """What a file says: accounts by reference, and what is wrong by line."""

    accounts: Mapping[str, BookedRow]
    problems: Mapping[int, str]


def read_book(path: Path, product: "Product") -> Book:
    """Read accounts and payments; an account with a wrong row is left out with all its rows."""
    accounts: dict[str, BookedRow] = {}
    problems: dict[int, str] = {}
    spoilt: set[str] = set()
    for line, row in _rows(path):
        reference = row.get("reference", "")
        try:
            _add(accounts, line, row, product)
        except (RowWrong, CreditRefused) as problem:
            problems[line] = str(problem)
            spoilt.add(reference)
    kept = {name: one for name, one in accounts.items() if name not in spoilt}
    return Book(accounts=kept, problems=problems)


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file, delimiter=find_separator(path))
            _check_columns(path, reader.fieldnames or [])
            for row in reader:
                if None in row:
                    yield reader.line_num, {"": "", "reference": row["reference"] or ""}
                    continue
                yield reader.line_num, {name: (row[name] or "").strip() for name in row}
    except (UnicodeDecodeError, csv.Error) as problem:
        raise fail(f"{path} cannot be read: {problem}") from problem


def _check_columns(path: Path, found: Any) -> None:
    missing = [name for name in NEEDED if name not in found]
    unknown = [str(name) for name in found if name not in (*NEEDED, *OPTIONAL, *MONTH)]
    if missing or unknown:
        said = [f"missing: {', '.join(missing)}"] if missing else []
        said += [f"unknown: {', '.join(unknown)}"] if unknown else []
        raise fail(f"The columns of {path} cannot be used; {'; '.join(said)}.")


def _add(
    accounts: dict[str, BookedRow], line: int, row: Mapping[str, str], product: "Product"
) -> None:
    if "" in row:
        raise RowWrong("it has more cells than the header has names")
    opening = _opening(row, product)
    number = row["document_number"]
    known = accounts.setdefault(
        str(opening.reference), BookedRow(line=line, document_number=number, opening=opening)
    )
    if (known.opening, known.document_number) != (opening, number):
        raise RowWrong(f"it says something else of the account than line {known.line}")
    month = _month(row, product)
    if month is not None:
        if month.number in [one.number for one in known.months]:
            raise RowWrong(f"month {month.number} of the account stands in the file twice")
        known.months.append(month)


def _opening(row: Mapping[str, str], product: "Product") -> "Opening":
    from loanwright.service.accounts.schemas import Opening

    reference, person = row["reference"], row["document_number"]
    plain = reference.isascii() and reference.isprintable() and " " not in reference
    if not 1 <= len(reference) <= LONGEST_REFERENCE or not plain:
        raise RowWrong("reference must be 1 to 64 visible ASCII characters")
    if not 1 <= len(person) <= LONGEST_REFERENCE:
        raise RowWrong("document_number must have 1 to 64 characters")
    named = row.get("repayment") or str(product.accounts.repayment)
    if named not in tuple(Repayment):
        raise RowWrong(f"repayment must be one of {', '.join(Repayment)}")
    opening = Opening(
        applicant_id="",
        product=product.name,
        amount=_money(row, "amount", product),
        currency=product.currency,
        annual_rate_bp=_whole(row, "annual_rate_bp"),
        term_months=_whole(row, "term_months"),
        repayment=Repayment(named),
        disbursed_on=_day(row, "disbursed_on"),
        reference=reference,
    )
    # Refused here, where the line is known.
    _ = opening.credit
    return opening


def _month(row: Mapping[str, str], product: "Product") -> "PaymentRecord | None":
    from loanwright.service.accounts.schemas import PaymentRecord

    if not any(row.get(name) for name in MONTH):
        return None
    number = _whole(row, "number")
    if not 1 <= number <= 600:
        raise RowWrong("number must be from 1 to 600")
    if row.get("paid_on") and not row.get("paid"):
        raise RowWrong("paid_on needs an amount in paid")
    record = PaymentRecord(
        number=number,
        due_on=_day(row, "due_on") if row.get("due_on") else None,
        due=_money(row, "due", product) if row.get("due") else None,
        paid=_money(row, "paid", product) if row.get("paid") else 0,
        paid_on=_day(row, "paid_on") if row.get("paid_on") else None,
        balance=_money(row, "balance", product, below=True) if row.get("balance") else None,
        days_past_due=_whole(row, "days_past_due") if row.get("days_past_due") else None,
    )
    if record.paid and record.paid_on is None and record.days_past_due is None:
        raise RowWrong("what was paid needs paid_on or days_past_due")
    return record


def _money(row: Mapping[str, str], name: str, product: "Product", *, below: bool = False) -> int:
    """Return an amount written in units of the currency, in minor units, exactly."""
    try:
        minor = Decimal(row[name]) * minor_units(product.currency)
        exact = minor == minor.to_integral_value()
    except InvalidOperation:
        raise RowWrong(f"{name} is not an amount: {row[name][:40]!r}") from None
    if not exact:
        raise RowWrong(f"{name} has parts of the smallest unit of {product.currency}")
    if abs(minor) > LARGEST_AMOUNT or (minor < 0 and not below):
        raise RowWrong(f"{name} is out of range")
    return int(minor)


def _whole(row: Mapping[str, str], name: str) -> int:
    text = row.get(name, "")
    if not (text.isascii() and text.isdigit()) or len(text) > 9:
        raise RowWrong(f"{name} is not a whole number: {text[:40]!r}")
    return int(text)


def _day(row: Mapping[str, str], name: str) -> date:
    try:
        day = date.fromisoformat(row[name])
    except ValueError:
        raise RowWrong(f"{name} is not a date such as 2026-01-31: {row[name][:40]!r}") from None
    if not 1970 <= day.year <= 2199:
        raise RowWrong(f"{name} is out of range")
    return day
