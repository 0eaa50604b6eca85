"""What an analyst plans by: figures, cut-offs, policies, experiments, cohorts."""

from tests.acceptance.web.bank import CARD, Bank
from tests.acceptance.web.lived import author, live
from tests.acceptance.web.touring import Stop
from tests.acceptance.web.visiting import Visit

from loanwright.decisioning.cutoffs import Cutoffs
from loanwright.service.kit.prepared import Underway
from loanwright.service.simulations.schemas import PolicyWish, SimulationWish
from loanwright.service.web.planning.experiments_view import read_design

NOT_PAGES = {"/analysis/cohorts.csv": "a file of the cohorts"}
PLAN = {
    "share": "30", "measure": "approval_rate", "base": "50", "effect": "10",
    "lowest": "-20", "highest": "30", "arrears": "5",
}  # fmt: skip


def _business(bank: Bank) -> str:
    live(bank)
    assert not isinstance(bank.service.business.figures(9, wait=60), Underway)
    return "/analysis/business"


def _approvals(bank: Bank) -> str:
    before, after = live(bank).memory["lived"]
    bank.service.approvals.explain(CARD, before, after, wait=60)
    return f"/analysis/business/approvals?product={CARD}&before={before}&after={after}"


def _moved(bank: Bank) -> str:
    _desk(bank)
    return f"/analysis/strategy?product={CARD}&approve.existing=560&approve.new=548"


def _desk(bank: Bank) -> str:
    from loanwright.service.web.planning.cutoffs_asked import read_asked

    live(bank)
    desk = bank.service.cutoff_desk
    told = {"product": CARD}
    asked = read_asked(told, desk.simulations.products, desk.policies.all_live())
    desk.open(CARD, prices=asked.prices, wait=60)
    return f"/analysis/strategy?product={CARD}"


def _draft(bank: Bank) -> str:
    if "draft" not in bank.memory:
        cutoffs = {"new": Cutoffs(approve_from=560, refer_from=530)}
        desk = bank.service.cutoff_desk
        draft = desk.make_draft(author(bank), CARD, cutoffs, name="calmer", note="arrears rise")
        bank.memory["draft"] = draft.id
    return f"/analysis/policies/drafts/{bank.memory['draft']}"


def _submitted(bank: Bank) -> str:
    if "submitted" not in bank.memory:
        cutoffs = {"new": Cutoffs(approve_from=565, refer_from=530)}
        desk = bank.service.cutoff_desk
        draft = desk.make_draft(author(bank, "analyst2"), CARD, cutoffs, name="much calmer")
        bank.service.policy_drafts.submit(author(bank, "analyst2"), draft.id)
        bank.memory["submitted"] = draft.id
    return f"/analysis/policies/drafts/{bank.memory['submitted']}"


def _version(bank: Bank) -> str:
    version = live(bank).service.policies.live(CARD)
    return f"/analysis/policies/{CARD}/versions/{version.hash}"


def _simulation(bank: Bank) -> str:
    if "simulation" not in bank.memory:
        actor = author(bank)
        wish = SimulationWish(
            product=CARD,
            policies=(PolicyWish(name="as it is"),),
            against=PolicyWish(name="live", hash="live"),
            by=("segment", "grade", "month"),
        )
        live(bank)
        job = bank.service.simulations.accept(actor, actor.id, wish)
        bank.service.workbench.work(job.id)
        bank.memory["simulation"] = job.id
    return f"/analysis/policies/simulations/{bank.memory['simulation']}"


def _experiment(bank: Bank) -> str:
    if "experiment" not in bank.memory:
        design = read_design({**PLAN, "model": bank.known.challenger})
        experiments = bank.service.experiments
        proposed = experiments.propose(
            author(bank), name="careful", product=CARD, segment="existing", design=design
        )
        experiments.approve(author(bank, "analyst2"), proposed.id)
        experiments.start(author(bank), proposed.id)
        bank.memory["experiment"] = proposed.id
    return f"/analysis/experiments/{bank.memory['experiment']}"


def _cohorts(bank: Bank) -> str:
    live(bank)
    return f"/analysis/cohorts?product={CARD}&by=month"


def _break(visit: Visit) -> None:
    visit.page.fill("#text", 'name = "a"\n[cutoffs.new]\napprove_from = "x"\n')
    visit.page.wait_for_selector("#findings .around")


def _too_little(visit: Visit) -> None:
    visit.page.fill("#share", "many")
    visit.page.click("button[value=plan]")
    visit.page.wait_for_selector("#share-error")


STOPS = (
    Stop(name="business", role="analyst", path=_business, charts=True),
    Stop(name="approvals", role="analyst", path=_approvals, charts=True),
    Stop(name="desk", role="analyst", path=_desk, charts=True),
    Stop(name="desk-moved", role="analyst", path=_moved, charts=True),
    Stop(name="policies", role="analyst", path=lambda bank: _draft(bank) and "/analysis/policies"),
    Stop(name="version", role="analyst", path=_version),
    Stop(name="new", role="analyst", path=lambda _: "/analysis/policies/new"),
    Stop(name="new-wrong", role="analyst", path=lambda _: "/analysis/policies/new", act=_break),
    Stop(name="draft", role="analyst", path=_draft),
    Stop(name="draft-submitted", role="analyst", path=_submitted),
    Stop(name="edit", role="analyst", path=lambda bank: f"{_draft(bank)}/edit"),
    Stop(name="simulation", role="analyst", path=_simulation, charts=True),
    Stop(
        name="simulations",
        role="analyst",
        path=lambda bank: _simulation(bank) and "/analysis/policies/simulations",
    ),
    Stop(name="experiment", role="analyst", path=_experiment, charts=True),
    Stop(
        name="experiments",
        role="analyst",
        path=lambda bank: _experiment(bank) and "/analysis/experiments",
    ),
    Stop(name="propose", role="analyst", path=lambda _: "/analysis/experiments/new"),
    Stop(
        name="propose-wrong",
        role="analyst",
        path=lambda _: "/analysis/experiments/new",
        act=_too_little,
    ),
    Stop(
        name="shadow",
        role="analyst",
        path=lambda bank: f"/analysis/experiments/shadows/{bank.known.challenger}",
    ),
    Stop(name="cohorts", role="analyst", path=_cohorts, charts=True),
)
