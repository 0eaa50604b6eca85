"""A first draft of a product file from any table, to be read and corrected by a person."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from loanwright.features.errors import TableNotDraftable
from loanwright.features.product import Sample
from loanwright.features.wording import EPOCH

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import polars as pl

    from loanwright.features.deriving import Derived
    from loanwright.features.profiling import ColumnProfile

_APPLICANT: Final = re.compile(
    r"^(applicant|borrower|person|customer|client|member)(_?(id|nr|no|number|key))?$", re.IGNORECASE
)
_BAD_WORDS: Final = frozenset(
    {"bad", "b", "default", "defaulted", "delinquent", "loss", "yes", "y", "true"}
    | {"chgoff", "charged off", "charged-off"}
)
LEAST_BAD: Final = 20
LEAST_AUC: Final = 0.55
STRONG_AUC: Final = 0.75
MOST_ROWS: Final = 200_000


def draft_product(
    table: pl.DataFrame,
    label: str | Sample,
    *,
    name: str,
    bad: str | None = None,
    currency: str = "USD",
    allow_protected: Collection[str] = (),
) -> tuple[str, tuple[str, ...]]:
    """Draft a product file.

    Parameters
    ----------
    table
        A sample of past loans.
    label
        Column with the label: 0/1, true/false, or two values; or a `Sample`, which also names the
        columns of the person and of the date of application.
    name
        Name of the product, such as "home-equity"; other signs become hyphens.
    bad
        The bad one of two values; needed where it cannot be guessed.
    currency
        Three-letter code of the amounts.
    allow_protected
        Columns with a protected trait, such as age, by which the law that applies lets a lender
        decide; all others are kept apart.

    Returns
    -------
    str
        The TOML text; it loads and trains as it is. English titles are made of the column names,
        Russian ones are marked to be translated, directions are marked to be reviewed. Derived
        features that the table suggests are among the model inputs, each with its reason.
    tuple of str
        Warnings: which columns are left out of the model inputs and why (leak suspects,
        identifiers, constants, dates, protected traits, long texts), and what else to look at.

    Raises
    ------
    TableNotDraftable
        If the label cannot be understood or too little remains.

    Examples
    --------
    >>> import polars as pl
    >>> rows = [{"Income": 100 + i % 97, "BAD": int(i % 5 == 0)} for i in range(400)]
    >>> text, warnings = draft_product(pl.DataFrame(rows), "BAD", name="demo")
    >>> from loanwright.features.product import parse_product
    >>> [feature.name for feature in parse_product(text).model_features("new")]
    ['income']
    """
    name = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "product"
    asked = Sample(default=label, bad=bad) if isinstance(label, str) else label
    table, default, bad, warnings = _labelled(table, asked.default, asked.bad)
    applicant = asked.applicant or next((c for c in table.columns if _APPLICANT.match(c)), None)
    named = _columns_there(table, asked.default, applicant, asked.date)
    features = table.drop(named)
    profiles = _profiles(features, default, allow_protected)
    warnings += list(_warnings(profiles))
    if applicant is None:
        warnings.append("no column names the applicant: rows of one person cannot be kept together")
    draft = _Draft(
        name=name,
        currency=currency,
        sample={"default": asked.default, "bad": bad, "applicant": applicant, "date": asked.date},
        bad_rate=float(default.mean()),
        profiles=profiles,
    )
    derived = _derived(draft, features, default)
    return draft.text(derived), tuple(warnings)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Draft:
    """What is written, but for the derived features."""

    name: str
    currency: str
    sample: Mapping[str, str | None]
    bad_rate: float
    profiles: list[ColumnProfile]

    def text(self, derived: Sequence[Derived]) -> str:
        """Return the product file."""
        parts = [
            *_head(self),
            *_segment(self.profiles, derived),
            *_scale_and_policy(self.name, self.bad_rate),
            *_feature_tables(self.profiles),
            *_derived_tables(derived),
        ]
        return "\n".join(parts) + "\n"


def _columns_there(table: pl.DataFrame, *columns: str | None) -> list[str]:
    named = list(dict.fromkeys(column for column in columns if column))
    for column in named:
        if column not in table.columns:
            why = f"it has no column {column}; its columns are {table.columns}"
            raise TableNotDraftable(why=why)
    return named


def _profiles(
    table: pl.DataFrame, default: npt.NDArray[np.float64], allowed: Collection[str]
) -> list[ColumnProfile]:
    from loanwright.features.profiling import feature_name, profile_column

    profiles: list[ColumnProfile] = []
    for column in table.columns:
        own = feature_name(column, {profile.name for profile in profiles})
        profile = profile_column(table.get_column(column), default, own, allowed=column in allowed)
        profiles.append(profile)
    if not any(p.kind and not p.left_out for p in profiles):
        raise TableNotDraftable(why="no column is left that could be a model input")
    return profiles


def _warnings(profiles: list[ColumnProfile]) -> Iterator[str]:
    yield from (f"{p.column}: left out, {p.left_out}" for p in profiles if p.left_out)
    for profile in profiles:
        if not profile.left_out and profile.auc > STRONG_AUC:
            strength = f"alone it reaches AUC {profile.auc:.2f}"
            yield f"{profile.column}: {strength}; make sure it is known before the decision"


def _derived(
    draft: _Draft, table: pl.DataFrame, default: npt.NDArray[np.float64]
) -> tuple[Derived, ...]:
    from loanwright.features.deriving import suggest_derived
    from loanwright.features.product import parse_product

    # The draft so far encodes the table, so that formulas see what serving will see.
    product = parse_product(draft.text(()))
    return suggest_derived(product, draft.profiles, table, default)


def _labelled(
    table: pl.DataFrame, column: str, bad: str | None
) -> tuple[pl.DataFrame, npt.NDArray[np.float64], str | None, list[str]]:
    """Return the rows with a label, the label, the bad value and warnings."""
    import polars as pl

    if column not in table.columns:
        raise TableNotDraftable(why=f"it has no column {column}; its columns are {table.columns}")
    warnings = []
    series = table.get_column(column)
    if series.dtype == pl.String:
        series = series.str.strip_chars()
        series = series.set(series == "", None)
    unlabelled = series.null_count()
    if unlabelled:
        warnings.append(f"{column}: {unlabelled} rows have no label; remove them before training")
        table, series = table.filter(series.is_not_null()), series.drop_nulls()
    bad = _bad_value(series, bad)
    labels = series.cast(pl.Int64) if bad is None else series.cast(pl.String) == bad
    if len(table) > MOST_ROWS:
        chosen = pl.int_range(len(table), eager=True).sample(MOST_ROWS, seed=0).sort()
        table, labels = table[chosen], labels[chosen]
        warnings.append(f"looked at {MOST_ROWS} rows only; ranges may be too narrow")
    default = labels.cast(pl.Float64).to_numpy()
    if min(default.sum(), len(default) - default.sum()) < LEAST_BAD:
        raise TableNotDraftable(why=f"it has fewer than {LEAST_BAD} bad or good rows")
    return table, default, bad, warnings


def _bad_value(series: pl.Series, bad: str | None) -> str | None:
    """Return the bad value as text, or None where 1 or true is bad anyway."""
    import polars as pl

    values = series.unique().sort().to_list()
    texts = [str(value) for value in values]
    if series.dtype == pl.Boolean or (series.dtype.is_numeric() and set(values) <= {0, 1}):
        return None if bad is None or bad.lower() in ("1", "true") else bad
    if len(values) != 2:
        raise TableNotDraftable(why=f"the label has {len(values)} different values, not two")
    if series.dtype.is_float():
        raise TableNotDraftable(why="the label is a fraction; make it 0 and 1")
    # 1 is bad beside 0, but beside 2 it is often the good one.
    guesses = [t for t in texts if t.lower() in _BAD_WORDS or (t == "1" and "0" in texts)]
    if bad is None and len(guesses) == 1:
        return guesses[0]
    if bad not in texts:
        raise TableNotDraftable(why=f"say which of the labels {' and '.join(texts)} is bad")
    return bad


def _head(draft: _Draft) -> Iterator[str]:
    name = draft.name
    title = name.replace("-", " ").capitalize()
    yield f"# Product file of {name}: a first draft, made from a table. Read every line; look for"
    yield "# REVIEW (a guess of the machine) and «перевести» (a Russian text to be written)."
    yield "# The reference of the format is docs/reference/product-file.md."
    yield ""
    yield "[product]"
    yield f"name = {_quoted(name)}"
    yield f"title = {_texts(title)}"
    yield f"currency = {_quoted(draft.currency)}  # REVIEW"
    used = [p.name for p in draft.profiles if p.protected and not p.left_out]
    if used:
        yield "protected_allowed = [  # REVIEW: name the law that lets you decide by them"
        why = '{ en = "Stated to be lawful here.", ru = "Заявлено как законное здесь." }'
        for protected in used:
            yield f'  {{ feature = {_quoted(protected)}, uses = ["model"], why = {why} }},'
        yield "]"
    yield ""
    yield "[sample]"
    for key, value in draft.sample.items():
        if value is not None:
            yield f"{key} = {_quoted(value)}"
    yield ""


def _segment(profiles: list[ColumnProfile], derived: Sequence[Derived]) -> Iterator[str]:
    yield "# One segment: every feature is taken for an answer of the applicant. Give the features"
    yield '# that only your own records hold source = "behaviour" and add [segments.existing].'
    yield "[segments.new]"
    yield 'title = { en = "All applicants", ru = "Все заявители" }'
    yield 'champion = "best"  # whatever ranks best on rows it was not fitted on'
    yield "features = ["
    for profile in profiles:
        if not profile.left_out:
            yield f"  {_quoted(profile.name)},"
        elif profile.kind:
            yield f"  # {_quoted(profile.name)},  # left out: {_comment(profile.left_out)}"
        else:
            yield f"  # column {_comment(profile.column)} left out: {_comment(profile.left_out)}"
    if derived:
        yield "  # Derived from the columns above, at the end of this file:"
    yield from (f"  {_quoted(one.suggestion.name)}," for one in derived)
    yield "]"
    yield ""


def _scale_and_policy(name: str, bad_rate: float) -> Iterator[str]:
    yield "# 600 points at 30 good for 1 bad; 20 points double the odds."
    yield from ("[scale]", "pdo = 20", "anchor_score = 600", "anchor_odds = 30", "grades = [")
    starts = [_score(bad_rate * part) for part in (0.2, 0.4, 0.7, 1.0, 1.5, 2.0)]
    for position, grade in enumerate("ABCDEF"):
        # Equal neighbours are possible where the bad rate is high; grades must fall.
        start = min(starts[position], starts[0] - position)
        yield f'  {{ name = "{grade}", score_from = {start} }},'
    yield '  { name = "G", score_from = 0 },'
    yield "]"
    yield ""
    yield f"# REVIEW: set from the bad rate of the sample, {bad_rate:.1%}: approved where the"
    yield "# probability of default is below 0.8 of it, referred up to 1.4 of it."
    yield "[policy]"
    yield f"name = {_quoted(name + '-starter')}"
    yield ""
    yield "[policy.cutoffs]"
    approve, refer = _score(0.8 * bad_rate), _score(1.4 * bad_rate)
    yield f"new = {{ approve_from = {approve}, refer_from = {min(refer, approve)} }}"
    yield ""
    yield "# A person is asked where the model has never seen what it would judge by."
    yield from ("[policy.humility]", "out_of_range = true", "most_missing = 0.5")
    yield from ("unseen_categories = true", "unseen_segments = true", "")


def _score(probability: float) -> int:
    p = min(max(probability, 0.0005), 0.95)
    return round(600 + 20 / math.log(2) * (math.log((1 - p) / p) - math.log(30)))


def _feature_tables(profiles: list[ColumnProfile]) -> Iterator[str]:
    for profile in profiles:
        if profile.kind:
            yield from _feature_table(profile, profile.column.replace("_", " ").strip())
            yield ""


def _feature_table(profile: ColumnProfile, title: str) -> Iterator[str]:
    yield f"[features.{profile.name}]"
    yield f"title = {_texts(title)}"
    yield f"help = {_texts(f'Column {profile.column} of the sample.')}"
    yield f'type = "{profile.kind}"  # REVIEW: "money" for amounts, with a unit'
    if profile.column != profile.name:
        yield f"column = {_quoted(profile.column)}"
    if profile.kind in ("number", "integer"):
        yield f"minimum = {_number(profile.minimum)}  # REVIEW: seen in the sample, with a margin"
        yield f"maximum = {_number(profile.maximum)}"
    if profile.kind == "date":
        yield f"minimum = {EPOCH + timedelta(days=int(profile.minimum))}"
        yield f"maximum = {EPOCH + timedelta(days=int(profile.maximum))}"
    if profile.special:
        yield "special = [  # REVIEW: these numbers look like codes"
        for value in profile.special:
            shown = _number(value)
            yield f"  {{ value = {shown}, title = {_texts(f'Code {shown}')} }},"
        yield "]"
    if profile.codes:
        yield "categories = ["
        for code in profile.codes:
            yield f"  {{ code = {_quoted(code)}, title = {_texts(code)} }},"
        yield "]"
    yield 'source = "questionnaire"  # REVIEW'
    if profile.protected:
        yield "protected = true  # REVIEW: guessed from the name"
    if profile.has_missing:
        yield "missing = { allowed = true }"
    yield from _direction(profile.rising_auc)
    yield from _reasons(profile.name, title, title)


def _derived_tables(derived: Sequence[Derived]) -> Iterator[str]:
    if derived:
        yield "# --- Derived features, suggested by the table: take out what you cannot defend ---"
        yield ""
    for one in derived:
        suggestion = one.suggestion
        title, russian = suggestion.title.en[:500], suggestion.title.ru[:500]
        both = f"{{ en = {_quoted(title)}, ru = {_quoted(russian)} }}"
        yield f"# REVIEW: {_comment(suggestion.why)}"
        yield f"[features.{suggestion.name}]"
        yield f"title = {both}"
        yield f"help = {both}"
        yield f'type = "{"integer" if suggestion.whole else "number"}"'
        yield f"expression = {_quoted(suggestion.expression)}"
        yield from _direction(one.rising_auc)
        yield from _reasons(suggestion.name, title, russian)
        yield ""


def _reasons(name: str, english: str, russian: str) -> Iterator[str]:
    yield ""
    yield f"[features.{name}.reasons]"
    for key, en, ru in (
        ("adverse", "adds to the risk", "повышает риск"),
        ("favourable", "lowers the risk", "снижает риск"),
    ):
        texts = _quoted(f"“{english}” {en}."), _quoted(f"«{russian}» {ru}.")
        yield f"{key} = {{ en = {texts[0]}, ru = {texts[1]} }}"


def _direction(score: float) -> Iterator[str]:
    if max(score, 1 - score) < LEAST_AUC:
        return
    sign = "riskier" if score > 0.5 else "safer"
    why = (
        '{ en = "Suggested by the sample; to be reviewed.", '
        'ru = "Подсказано выборкой; требует проверки." }'
    )
    strength = f"{max(score, 1 - score):.2f}"
    yield f"# REVIEW: alone it reaches AUC {strength}; is the direction believable?"
    yield f'direction = {{ sign = "{sign}", why = {why} }}'


def _texts(text: str) -> str:
    return f"{{ en = {_quoted(text[:500])}, ru = {_quoted(f'{text[:500]} (перевести)')} }}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _comment(text: str) -> str:
    return re.sub(r"[\x00-\x1f\x7f]", " ", text)


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)
