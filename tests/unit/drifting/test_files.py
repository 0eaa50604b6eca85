"""Tables are compared as they are: CSV or Parquet, with a dictionary, a model, or nothing."""

import numpy as np
import polars as pl
import pytest
from tests.handmade import CARD, handmade_assessor, handmade_package

from loanwright.batch.errors import ColumnsMissing, TableUnreadable
from loanwright.drift.watching import Threshold
from loanwright.drifting.errors import ReferenceMissing, TableHasNoRows, TablesShareNothing
from loanwright.drifting.evidently import check_evidently, drifted_columns, evidently_report
from loanwright.drifting.files import Comparing
from loanwright.drifting.frames import Frames
from loanwright.features.columns import matrix_from_columns
from loanwright.features.product import bundled_product
from loanwright.packaging.package import ModelPackage
from loanwright.packaging.profiles import profile_file

CODES = [one.code for one in bundled_product("credit-card").features["education"].categories]


def table(rows=4_000, seed=1, *, limit=1.0, strange=0.0, missing=0.0):
    random = np.random.default_rng(seed)
    education = random.choice(CODES[:3], rows).astype(object)
    education[random.random(rows) < strange] = "astronaut"
    education[random.random(rows) < missing] = None
    return pl.DataFrame(
        {
            "limit": np.round(random.lognormal(11.5, 0.8, rows) * limit, 2).clip(1, 1e6),
            "education": pl.Series(education.tolist(), dtype=pl.String),
            "day": pl.Series(np.arange(rows)).cast(pl.Int32).cast(pl.Date),
            "id": [f"a{seed}-{place}" for place in range(rows)],
        }
    )


@pytest.fixture
def written(tmp_path):
    def write(name, frame):
        path = tmp_path / name
        frame.write_csv(path) if path.suffix == ".csv" else frame.write_parquet(path)
        return path

    return write


def moved(report):
    return {(one["feature"], one["method"]) for one in report["alerts"]}


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_tables_of_one_population_are_calm(written, ending):
    before, after = (written(f"{seed}.{ending}", table(seed=seed)) for seed in (1, 2))
    report = Comparing().compare(before, after)
    assert not report["drifted"]
    assert {one["feature"] for one in report["chunks"][0]["features"]} == {"limit", "education"}
    assert any("id is not compared" in one["en"] for one in report["notes"])


@pytest.mark.parametrize("ending", ["csv", "parquet"])
@pytest.mark.parametrize("product", [None, CARD])
def test_what_was_planted_is_found(written, ending, product):
    before = written(f"before.{ending}", table())
    changed = table(seed=2, limit=0.7, strange=0.01, missing=0.05)
    report = Comparing(product=product, segment=None if product is None else "new").compare(
        before, written(f"after.{ending}", changed)
    )
    assert {("limit", "psi"), ("education", "new_categories"), ("education", "missing")} <= moved(
        report
    )


def test_a_csv_file_and_a_parquet_file_of_the_same_rows_give_the_same_figures(written):
    frame, other = table(), table(seed=2, limit=0.8)
    reports = [
        Comparing(product=CARD, segment="new").compare(
            written(f"a.{ending}", frame), written(f"b.{ending}", other), names=("a", "b")
        )
        for ending in ("csv", "parquet")
    ]
    assert reports[0] == reports[1]


def test_a_table_is_read_in_batches(written):
    small = Frames(path=written("a.parquet", table()), rows=1_500)
    assert [len(one) for one in small.batches(["limit"])] == [1_500, 1_500, 1_000]


@pytest.fixture
def package(tmp_path):
    frame = table()
    places = {code: float(place) for place, code in enumerate(CODES)}
    columns = {
        "limit": frame["limit"].to_numpy(),
        "education": frame["education"].replace_strict(places, return_dtype=pl.Float64).to_numpy(),
    }
    unseen = matrix_from_columns(CARD, "new", columns)
    content = profile_file(CARD, "new", handmade_assessor(), columns, unseen)
    path = handmade_package(tmp_path, profile__json=content["profile.json"]).path
    return ModelPackage.load(path)


def test_a_table_is_compared_with_the_sample_of_a_package(written, package):
    calm = Comparing(package=package).compare(None, written("a.parquet", table(seed=2)))
    assert not calm["drifted"]
    found = Comparing(package=package).compare(None, written("b.parquet", table(seed=3, limit=0.5)))
    assert ("score", "psi") in moved(found)
    assert found["chunks"][0]["features"][0]["feature"] == "limit"
    assert found["chunks"][0]["features"][0]["effect"]["probability"] > 0
    assert found["subject"]["model"] == package.hash
    assert found["reference"]["name"] == "development sample"


def test_two_tables_are_compared_by_the_answers_of_a_package(written, package):
    found = Comparing(package=package).compare(
        written("a.parquet", table(seed=2)), written("b.parquet", table(seed=3, limit=0.5))
    )
    chunk, reference = found["chunks"][0], found["reference"]
    assert chunk["probability_of_default"] > reference["probability_of_default"]
    assert reference["name"] == "a.parquet"


def test_a_package_without_a_profile_needs_a_reference(written, tmp_path):
    package = ModelPackage.load(handmade_package(tmp_path).path)
    with pytest.raises(ReferenceMissing):
        Comparing(package=package).compare(None, written("a.parquet", table()))


def test_values_that_cannot_be_read_are_told(written):
    frame = table().with_columns(
        pl.when(pl.int_range(pl.len()) < 3)
        .then(pl.lit("much"))
        .otherwise(pl.col("limit").cast(pl.String))
        .alias("limit")
    )
    report = Comparing(product=CARD, segment="new").compare(
        written("a.csv", table()), written("b.csv", frame)
    )
    assert any("3 values of limit cannot be read" in one["en"] for one in report["notes"])


def test_tables_that_share_nothing_are_refused(written):
    with pytest.raises(TablesShareNothing, match="limit"):
        Comparing().compare(
            written("a.csv", table()), written("b.csv", pl.DataFrame({"other": [1.0]}))
        )


@pytest.mark.parametrize("product", [None, CARD])
def test_a_table_without_rows_is_refused(written, product):
    with pytest.raises(TableHasNoRows):
        Comparing(product=product).compare(
            written("a.parquet", table()), written("b.parquet", table().head(0))
        )


def test_columns_that_a_product_needs_are_named(written):
    with pytest.raises(ColumnsMissing, match="limit"):
        Comparing(product=CARD, segment="new").compare(
            written("a.csv", table().drop("limit")), written("b.csv", table())
        )


def test_a_file_that_is_no_table_is_refused(tmp_path, written):
    path = tmp_path / "b.parquet"
    path.write_bytes(b"no parquet")
    with pytest.raises(TableUnreadable):
        Comparing().compare(written("a.parquet", table()), path)


def test_the_threshold_says_which_methods_raise_alerts(written):
    before, after = written("a.csv", table()), written("b.csv", table(seed=2, limit=0.7))
    report = Comparing(threshold=Threshold(methods=("ks",))).compare(before, after)
    assert moved(report) == {("limit", "ks")}


def test_evidently_and_we_agree_on_what_was_planted(written):
    pytest.importorskip("evidently", reason="Evidently is not installed: make evidently")
    check_evidently()
    random = np.random.default_rng(5)
    before = pl.DataFrame({f"x{place}": random.normal(size=8_000) for place in range(8)})
    after = pl.DataFrame({f"x{place}": random.normal(size=8_000) for place in range(8)})
    after = after.with_columns(pl.col("x2") + 0.8, pl.col("x5") * 2.0)
    first, second = written("a.parquet", before), written("b.parquet", after)
    found = {feature for feature, _ in moved(Comparing().compare(first, second))}
    assert found == drifted_columns(evidently_report(first, second)) == {"x2", "x5"}
