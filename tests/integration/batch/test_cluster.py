"""Several processes score as one does, and what a dead one held is scored by another."""

import os
import signal
from dataclasses import replace
from functools import partial
from pathlib import Path

import distributed
import numpy as np
import polars as pl
import pytest
from tests.unit.batch.made import HEADER, SMALL, small_package

from loanwright.batch.cluster import Parcel, machines
from loanwright.batch.errors import ClusterUnavailable, ClusterUnfit
from loanwright.batch.files import Order, score_table
from loanwright.batch.opening import Wishes, open_file
from loanwright.decisioning.policy import Policy
from loanwright.packaging.layout import PackageRefused

ROWS = 3_000


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    return small_package(tmp_path_factory.mktemp("package"))


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    path = tmp_path_factory.mktemp("rows") / "rows.csv"
    random = np.random.default_rng(3)
    pl.DataFrame(
        {
            "income": [f"{one:.2f}" if one > 0 else "much" for one in random.normal(9, 5, ROWS)],
            "housing": random.choice(["rent", "own", ""], ROWS),
            "owner": random.choice(["yes", "no"], ROWS),
            "since": "2020-05-01",
            "rent": random.integers(0, 900, ROWS),
            "age": random.integers(12, 90, ROWS),
        }
    ).select(HEADER).write_csv(path)
    return path


@pytest.fixture
def cluster():
    options = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None}
    with distributed.LocalCluster(processes=True, **options) as started:
        yield started


def order_of(rows, package, path):
    return Order(
        reader=open_file(rows, block_rows=50),
        path=path,
        package=package,
        policy=Policy.from_mapping(SMALL.policy),
        wishes=Wishes(language="en"),
    )


def bytes_of(order):
    return order.path.read_bytes(), order.rejected.read_bytes()


@pytest.fixture(scope="module")
def expected(rows, package, tmp_path_factory):
    order = order_of(rows, package, tmp_path_factory.mktemp("alone") / "out.parquet")
    score_table(order)
    return bytes_of(order)


def test_a_worker_that_is_killed_loses_nothing(rows, package, expected, cluster, tmp_path):
    order, killed = order_of(rows, package, tmp_path / "out.parquet"), []
    with distributed.Client(cluster) as observer:
        workers = list(observer.run(os.getpid).values())

    def kill_one(done):
        if done.rows in (500, 1500):
            killed.append(workers.pop())
            os.kill(killed[-1], signal.SIGKILL)

    hire = partial(machines, address=cluster.scheduler_address)
    summary = score_table(order, hire=hire, advance=kill_one)
    assert len(killed) == 2
    assert summary.rows == ROWS
    assert bytes_of(order) == expected


def test_a_run_begun_alone_is_ended_on_a_cluster(rows, package, expected, tmp_path):
    order, asked = order_of(rows, package, tmp_path / "out.parquet"), iter(range(99))
    with pytest.raises(Exception, match="nothing is lost"):
        score_table(order, stopped=lambda: next(asked) > 20)
    assert score_table(order, hire=partial(machines, address="local:1")).resumed == 21 * 50
    assert bytes_of(order) == expected


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "local:", "local:0", "local:two"])
def test_a_cluster_that_is_not_there_is_named(rows, package, tmp_path, address, monkeypatch):
    monkeypatch.setattr("loanwright.batch.cluster.PATIENCE", "2s")
    order = order_of(rows, package, tmp_path / "out.parquet")
    with pytest.raises(ClusterUnavailable, match="cannot be used"):
        score_table(order, hire=partial(machines, address=address))


def parcel_of(rows, package, tmp_path):
    return Parcel.of(order_of(rows, package, tmp_path / "out.parquet").scorer())


def test_a_parcel_with_another_byte_is_not_opened(rows, package, tmp_path):
    parcel = parcel_of(rows, package, tmp_path)
    model = parcel.files["model.txt"].replace(b"0", b"1", 1)
    with pytest.raises(PackageRefused):
        replace(parcel, files={**parcel.files, "model.txt": model}).open()


@pytest.mark.parametrize("change", [{"version": "0.0"}, {"model_hash": "0" * 64}])
def test_a_worker_that_differs_scores_nothing(rows, package, tmp_path, change):
    with pytest.raises(ClusterUnfit):
        replace(parcel_of(rows, package, tmp_path), **change).open()


def test_the_refusal_of_a_worker_reaches_the_one_who_asked(rows, package, tmp_path, cluster):
    order = order_of(rows, package, tmp_path / "out.parquet")
    broken = small_package(tmp_path)
    order = replace(order, package=replace(broken, hash="0" * 64))
    with pytest.raises(ClusterUnfit, match="the package changed"):
        score_table(order, hire=partial(machines, address=cluster.scheduler_address))
    assert Path(order.work).exists()
