"""Whether an experiment can be run as it is proposed."""

from collections.abc import Mapping
from dataclasses import dataclass

from loanwright.errors import LoanwrightError
from loanwright.experiments.plan import Sizes
from loanwright.experiments.split import Split
from loanwright.features.product import Product
from loanwright.service.errors import DatabaseUnavailable
from loanwright.service.experiments.errors import ArmRefused, DesignRefused
from loanwright.service.experiments.schemas import Arm, Assigned, Design, Experiment, Running
from loanwright.service.policies.service import Policies
from loanwright.service.registry.packages import Package
from loanwright.service.registry.schemas import Model, State
from loanwright.service.registry.service import NoChampion, Registry


@dataclass(frozen=True, kw_only=True)
class Designs:
    """Looks up what the arms of experiments name."""

    registry: Registry
    policies: Policies
    products: Mapping[str, Product]

    def champion(self, product: str, segment: str) -> Model:
        """Return what decides a segment: the product's own champion, or that of its base."""
        live, known = self.registry.live(), self.products.get(product)
        found = live.get((product, segment))
        if found is None and known is not None and known.base is not None:
            found = live.get((known.base, segment))
        if found is None:
            raise NoChampion(product=product, segment=segment)
        return found

    def check(self, product: str, segment: str, design: Design) -> list[Sizes]:
        """Return how many rows each arm needs, or refuse what could not be run."""
        names = [one.name for one in design.arms]
        if len(set(names)) < len(names):
            raise DesignRefused(problem="two arms have the same name")
        Split(experiment="", salt="", shares=[one.share for one in design.arms])
        first = design.champion
        if (first.model_hash, first.policy_hash) != (None, None):
            raise ArmRefused(arm=first.name, problem="the first arm decides as without it")
        for arm in design.others:
            self.assigned("", arm, product, segment)
        return [design.sizes_of(arm) for arm in design.others]

    def ready(self, experiment: Experiment) -> Running:
        """Return an experiment with what its arms decide by."""
        arms = [
            self.assigned(experiment.id, arm, experiment.product, experiment.segment)
            for arm in experiment.design.arms
        ]
        return Running(experiment=experiment, arms=arms)

    def assigned(self, experiment_id: str, arm: Arm, product: str, segment: str) -> Assigned:
        """Return what an arm decides by, or refuse it."""
        model = None if arm.model_hash is None else self._model(arm, product, segment)
        policy = None
        if arm.policy_hash is not None:
            policy = self.policies.get(product, arm.policy_hash)
        return Assigned(experiment_id=experiment_id, arm=arm.name, model=model, policy=policy)

    def check_tried(self, arm: Arm, product: str, segment: str) -> None:
        """Refuse an arm that is the same as the first, or that asks applicants for more."""
        if arm.model_hash is None and arm.policy_hash is None:
            raise ArmRefused(arm=arm.name, problem="name a model or a policy")
        if arm.model_hash is None:
            return
        mine = self._asked(self.registry.open(self._model(arm, product, segment)), segment)
        champion = self.registry.open(self.champion(product, segment))
        more = mine - self._asked(champion, segment)
        if more:
            raise ArmRefused(arm=arm.name, problem=f"it asks for more: {', '.join(sorted(more))}")

    def gone(self, experiment: Experiment) -> str | None:
        """Return why an experiment can go on no longer, or None."""
        try:
            champion = self.champion(experiment.product, experiment.segment)
            policy = self.policies.live(experiment.product)
            for arm in experiment.design.others:
                self.check_tried(arm, experiment.product, experiment.segment)
        except DatabaseUnavailable:
            raise
        except LoanwrightError as problem:
            return str(problem)
        if (champion.hash, policy.hash) != (experiment.champion_hash, experiment.policy_hash):
            return "what it is compared with decides no longer"
        return None

    def _model(self, arm: Arm, product: str, segment: str) -> Model:
        model = self.registry.get(arm.model_hash or "")
        known = self.products.get(product)
        fitting = {product} if known is None else {product, known.base}
        if model.product not in fitting or model.segment != segment:
            raise ArmRefused(arm=arm.name, problem="its model is for something else")
        if model.state is not State.CHALLENGER:
            raise ArmRefused(arm=arm.name, problem=f"its model is {model.state}, not challenger")
        return model

    def _asked(self, package: Package, segment: str) -> set[str]:
        return {one.name for one in package.product.inputs(segment)}
