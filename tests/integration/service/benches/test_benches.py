"""A scorecard on the bench shows what a candidate trained with its bins turns out to be."""

import json
import shutil
from dataclasses import replace

import pytest

from loanwright.binning.bins import Bin, FeatureBinning
from loanwright.binning.given import GivenBinning
from loanwright.datasets.bundled import load_dataset
from loanwright.features.product import bundled_product
from loanwright.service.audit.schemas import Actor
from loanwright.service.benches.errors import BenchChanged, BenchNotFound, BenchNotReady
from loanwright.service.bootstrap import build
from loanwright.service.jobs.schemas import State
from loanwright.training import train

ANALYST = Actor(id="usr_ANALYST")
LOAN = bundled_product("instalment-loan")


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    directory = tmp_path_factory.mktemp("trained")
    table = load_dataset("instalment-loan")
    return train(LOAN, table, models_dir=directory, only=[("new", "scorecard")])[0].path


@pytest.fixture
def service(settings, trained):
    service = build(settings.model_copy(update={"training_seconds": 300.0}))
    shutil.copytree(trained, service.settings.models_dir / trained.name)
    yield service
    service.close()


@pytest.fixture
def model(service, trained):
    return service.registry.register(service.settings.models_dir / trained.name, by="Anna")


@pytest.fixture
def bench(service, model):
    bench = service.benches.open_bundled(ANALYST, model.hash)
    service.work(bench.job_id)
    return bench


def ranges(name, edges):
    ends = [None, *edges, None]
    bins = [Bin(kind="range", lower=ends[i], upper=ends[i + 1]) for i in range(len(ends) - 1)] + [
        Bin(kind="missing")
    ]
    return GivenBinning(
        binning=FeatureBinning(name=name, bins=tuple(bins)), woe=(None,) * len(bins)
    )


def test_what_the_bench_shows_is_what_the_candidate_becomes(service, model, bench):
    stops = service.benches.weigh(bench).rows.features
    duration = next(one for one in stops if one.spec.name == "duration_months").stops.tolist()
    tried = {"duration_months": ranges("duration_months", duration[3:20:6])}
    bench = service.benches.change(bench, tried)
    shown = service.benches.weigh(bench)
    assert shown.same

    job = service.benches.save(ANALYST, bench)
    service.work(job.id)
    ended = service.jobs.get(job.id)
    assert ended.state is State.DONE, ended.problem
    (made,) = json.loads(ended.result)["models"]
    package = service.registry.open(service.registry.get(made))
    card = json.loads((package.path / "scorecard.json").read_text())
    report = json.loads((package.path / "report.json").read_text())

    assert card["intercept"] == shown.card.intercept
    assert card["points"]["base"] == shown.card.points.base
    for place, feature in enumerate(card["features"]):
        binning = shown.card.binnings[place]
        assert feature["coefficient"] == shown.card.coefficients[place]
        assert [(one["count"], one["bad"], one["woe"]) for one in feature["bins"]] == [
            (one.count, one.bad, one.woe) for one in binning.bins
        ]
        points = [one["points"] for one in feature["bins"]]
        assert points == list(shown.card.points.points[place])
    gini = report["samples"]["development"]["gini"]
    assert gini["value"] == pytest.approx(shown.card.gini.value, abs=1e-6)
    assert service.registry.get(made).state == "candidate"
    assert service.registry.list_transitions(made)[0].by == ANALYST.id


def test_a_bench_that_is_not_counted_yet_says_so(service, model):
    bench = service.benches.open_bundled(ANALYST, model.hash)
    with pytest.raises(BenchNotReady):
        service.benches.weigh(bench)


def test_whoever_comes_second_is_told(service, bench):
    tried = {"duration_months": ranges("duration_months", [12.0])}
    service.benches.change(bench, tried)
    with pytest.raises(BenchChanged):
        service.benches.change(bench, tried)


def test_a_bench_is_put_away_with_its_table(service, bench):
    place = service.benches.directory / bench.place
    assert place.is_dir()
    assert replace(service.benches, keep=-service.benches.keep).forget() == 1
    assert not place.exists()
    with pytest.raises(BenchNotFound):
        service.benches.get(bench.id)


def test_a_table_that_does_not_fit_is_refused_in_words(service, model):
    table = service.training.make_place("csv")
    table.write_text("a,b\n1,2\n")
    bench = service.benches.open(ANALYST, model.hash, table)
    service.work(bench.job_id)
    ended = service.jobs.get(bench.job_id)

    assert ended.state is State.FAILED
    assert "default" in ended.problem
    assert str(table) not in ended.problem
