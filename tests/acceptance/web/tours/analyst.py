"""The pages about models: their lives, their training, their scorecards."""

import json
import time

from tests.acceptance.web.bank import Bank
from tests.acceptance.web.filling import somebody
from tests.acceptance.web.touring import Stop
from tests.acceptance.web.visiting import Visit

from loanwright.service.audit.schemas import Actor
from loanwright.service.inventory.schemas import FindingWish, Severity
from loanwright.service.jobs.schemas import Order

MODELS = "/analysis/models"
NOT_PAGES = {
    f"{MODELS}/{{model_hash}}/report": "the validation report, a document with a policy of its own",
}
PATIENCE = 120


def _champion(bank: Bank) -> str:
    return f"{MODELS}/{bank.known.champion}"


def _challenger(bank: Bank) -> str:
    if "finding" not in bank.memory:
        today = bank.service.clock.now().date()
        wish = FindingWish(
            said="Judged on one year only.",
            severity=Severity.HIGH,
            owner="Model validation",
            due_on=today.replace(year=today.year + 1),
        )
        author = Actor(id=somebody(bank.service, "analyst1").id)
        found = bank.service.inventory.open_finding(author, bank.known.challenger, wish)
        bank.memory["finding"] = found.id
    return f"{MODELS}/{bank.known.challenger}"


def _compare(bank: Bank) -> str:
    return f"{MODELS}/compare?model={bank.known.champion}&model={bank.known.challenger}"


def _run(bank: Bank) -> str:
    if "training" not in bank.memory:
        order = Order(
            kind="training",
            caller_id=somebody(bank.service, "analyst1").id,
            key="tour",
            body_hash="tour",
            payload=json.dumps({"place": "gone", "wish": {"product": "x", "kind": "csv"}}),
            steps=100,
        )
        job = bank.service.jobs.order(order)
        while not bank.service.jobs.get(job.id).state.final:
            time.sleep(0.2)
        bank.memory["training"] = job.id
    return f"/analysis/training/{bank.memory['training']}"


def _bench(bank: Bank) -> str:
    if "bench" not in bank.memory:
        author = Actor(id=somebody(bank.service, "analyst1").id)
        bench = bank.service.benches.open_bundled(author, bank.known.champion)
        until = time.monotonic() + PATIENCE
        while not bank.service.jobs.get(bench.job_id).state.final:
            time.sleep(0.2)
            assert time.monotonic() < until
        bank.memory["bench"] = bench.id
    return f"/analysis/workbench/{bank.memory['bench']}"


def _try_promotion(visit: Visit) -> None:
    visit.page.get_by_role("button", name="Let it decide").or_(
        visit.page.get_by_role("button", name="Пусть решает")
    ).click()
    visit.page.wait_for_selector("[role=alert]")


STOPS = (
    Stop(name="models", role="analyst", path=lambda _: MODELS),
    Stop(name="champion", role="analyst", path=_champion),
    Stop(name="challenger", role="analyst", path=_challenger),
    Stop(name="refused", role="analyst", path=_challenger, act=_try_promotion),
    Stop(name="compare", role="analyst", path=_compare, charts=True),
    Stop(name="model-card", role="analyst", path=lambda bank: f"{_champion(bank)}/card"),
    Stop(name="training", role="analyst", path=lambda _: "/analysis/training"),
    Stop(name="training-failed", role="analyst", path=_run),
    Stop(name="workbench", role="analyst", path=lambda _: "/analysis/workbench"),
    Stop(name="bench", role="analyst", path=_bench, charts=True),
    Stop(
        name="bench-counted",
        role="analyst",
        path=lambda bank: f"{_bench(bank)}?waiting=1",
    ),
    Stop(name="fairness", role="analyst", path=lambda _: "/analysis/fairness", charts=True),
    Stop(name="time-machine", role="analyst", path=lambda _: "/analysis/time-machine"),
)
