import json
import shutil

import pytest
from tests.integration.service.conftest import PlainPackage, application, told, write_plain

from loanwright.service.bootstrap import build
from loanwright.service.registry.packages import PackageExchanged, PackageMissing
from loanwright.service.registry.schemas import State
from loanwright.service.registry.service import (
    ModelAmbiguous,
    ModelNotFound,
    ModelUnavailable,
    NameMissing,
    NoChampion,
    SecondPersonNeeded,
    TransitionRefused,
)


@pytest.fixture
def registry(bare_service):
    return bare_service.registry


@pytest.fixture
def models_dir(bare_service):
    return bare_service.settings.models_dir


def states(registry, model):
    return [(one.state, one.by, one.note) for one in registry.list_transitions(model.hash)]


def test_a_registered_package_is_a_candidate_and_decides_nothing(registry, models_dir):
    model = registry.register(write_plain(models_dir, "new"), by="ann")

    assert (model.state, model.segment, model.family) == (State.CANDIDATE, "new", "scorecard")
    assert registry.list_live() == ()
    with pytest.raises(NoChampion):
        registry.champion("credit-card", "new")


def test_registering_a_package_twice_changes_nothing(registry, models_dir):
    path = write_plain(models_dir, "new")
    first = registry.register(path, by="ann")

    assert registry.register(path, by="bob") == first
    assert states(registry, first) == [(State.CANDIDATE, "ann", "")]


def test_a_new_champion_retires_the_one_before(registry, models_dir):
    old = registry.register(write_plain(models_dir, "new", -0.3), by="ann")
    young = registry.register(write_plain(models_dir, "new", -0.4), by="ann")
    other = registry.register(write_plain(models_dir, "existing"), by="ann")
    for model in (old, other, young):
        registry.promote(model.hash, to=State.CHAMPION, by="bob", note="better")

    assert registry.champion("credit-card", "new").hash == young.hash
    assert {one.hash for one in registry.list_live()} == {young.hash, other.hash}
    assert states(registry, old)[-1] == (State.RETIRED, "bob", f"followed by {young.hash}")
    assert states(registry, young)[-1] == (State.CHAMPION, "bob", "better")


def test_a_retired_champion_can_come_back(registry, models_dir):
    old = registry.register(write_plain(models_dir, "new", -0.3), by="ann")
    young = registry.register(write_plain(models_dir, "new", -0.4), by="ann")
    for model in (old, young, old):
        registry.promote(model.hash, to=State.CHAMPION, by="bob")

    assert registry.champion("credit-card", "new").hash == old.hash


def test_a_champion_cannot_be_promoted_again(registry, models_dir):
    model = registry.register(write_plain(models_dir, "new"), by="ann")
    registry.promote(model.hash, to=State.CHAMPION, by="ann")
    with pytest.raises(TransitionRefused):
        registry.promote(model.hash, to=State.CHAMPION, by="ann")


def test_a_retired_champion_decides_no_more(registry, models_dir):
    model = registry.register(write_plain(models_dir, "new"), by="ann")
    registry.promote(model.hash, to=State.CHAMPION, by="ann")
    registry.retire(model.hash, by="ann", note="drift")

    assert registry.list_live() == ()


def test_an_unknown_model_is_not_found(registry):
    with pytest.raises(ModelNotFound):
        registry.promote("0" * 64, to=State.CHAMPION, by="ann")


def test_a_promotion_in_another_process_counts_here_within_a_second(service, registry, models_dir):
    before = told(service.origination.submit(application())).decision.model.hash
    elsewhere = build(service.settings, load_package=PlainPackage.load)
    young = elsewhere.registry.register(write_plain(models_dir, "new", -0.9), by="ann")
    elsewhere.registry.promote(young.hash, to=State.CHAMPION, by="ann")
    elsewhere.close()
    service.registry._live.forget()  # a second has passed
    after = told(service.origination.submit(application())).decision.model.hash

    assert before != after == young.hash


def test_packages_are_found_again_when_the_models_directory_moves(service, tmp_path):
    shutil.move(service.settings.models_dir, tmp_path / "moved")
    settings = service.settings.model_copy(update={"models_dir": tmp_path / "moved"})
    moved = build(settings, load_package=PlainPackage.load)

    assert moved.check_ready() == {}
    moved.close()


def test_an_exchanged_package_is_our_failure_and_makes_the_service_not_ready(service):
    file = service.settings.models_dir / "credit-card-new--0.3" / "plain.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "weight": -9}))
    fresh = build(service.settings, load_package=PlainPackage.load)
    with pytest.raises(ModelUnavailable) as failure:
        fresh.origination.submit(application())

    assert isinstance(failure.value.__cause__, PackageExchanged)
    assert list(fresh.check_ready()) == ["credit-card.new"]
    fresh.close()


def test_a_package_that_is_gone_leaves_other_segments_alone(service):
    shutil.rmtree(service.settings.models_dir / "credit-card-existing--0.3")
    fresh = build(service.settings, load_package=PlainPackage.load)

    assert isinstance(fresh.origination.submit_many([application()])[0].body, bytes)
    assert list(fresh.check_ready()) == ["credit-card.existing"]
    model = next(one for one in fresh.registry.list_live() if one.segment == "existing")
    with pytest.raises(PackageMissing):
        fresh.registry.open(model)
    fresh.close()


def test_a_package_that_does_not_load_is_not_promoted(registry, models_dir, bare_service):
    path = write_plain(models_dir, "new")
    model = registry.register(path, by="ann")
    shutil.rmtree(path)
    fresh = build(bare_service.settings, load_package=PlainPackage.load)
    with pytest.raises(PackageMissing):
        fresh.registry.promote(model.hash, to=State.CHAMPION, by="ann")

    assert registry.get(model.hash).state is State.CANDIDATE
    fresh.close()


def test_who_registered_a_model_cannot_approve_it(registry, models_dir):
    model = registry.register(write_plain(models_dir, "new"), by="Ann")

    for person in ("Ann", "ann", " ANN  "):
        with pytest.raises(SecondPersonNeeded, match=person):
            registry.approve(model.hash, to=State.CHAMPION, by=person)
    assert registry.list_live() == ()

    registry.approve(model.hash, to=State.CHAMPION, by="bob", note="read the report")
    assert states(registry, model)[-1] == (State.CHAMPION, "bob", "read the report")


def test_a_model_is_found_by_the_beginning_of_its_hash(registry, models_dir):
    model = registry.register(write_plain(models_dir, "new"), by="ann")
    registry.register(write_plain(models_dir, "existing"), by="ann")

    assert registry.find(model.hash[:12]) == model
    with pytest.raises(ModelAmbiguous):
        registry.find("")
    with pytest.raises(ModelNotFound):
        registry.find("nothing")


def test_nobody_registers_or_approves_without_a_name(registry, models_dir):
    path = write_plain(models_dir, "new")
    with pytest.raises(NameMissing):
        registry.register(path, by="  ")
    model = registry.register(path, by=" Ann  Lee ")
    assert states(registry, model) == [(State.CANDIDATE, "Ann Lee", "")]
    with pytest.raises(NameMissing):
        registry.approve(model.hash, to=State.CHAMPION, by="")


class Recalibrated(PlainPackage):
    @property
    def manifest(self):
        return {"recalibrated": {"by": "Cy"}}


def test_who_recalibrated_a_model_cannot_approve_it(settings):
    service = build(settings, load_package=Recalibrated.load)
    path = write_plain(service.settings.models_dir, "new")
    model = service.registry.register(path, by="command line")
    with pytest.raises(SecondPersonNeeded, match="cy"):
        service.registry.approve(model.hash, to=State.CHAMPION, by="cy")
    service.registry.approve(model.hash, to=State.CHAMPION, by="ann")
    service.close()
