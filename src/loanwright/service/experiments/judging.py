"""What an experiment says of a model that is to be promoted."""

from typing import Final

from loanwright.experiments.conclusion import Found
from loanwright.service.experiments.schemas import Experiment, Measure, State
from loanwright.service.registry.schemas import Check, CheckResult, Model

GUARDRAIL: Final = "guardrail"
#: What speaks against an arm; of approvals neither more nor fewer does.
WORSE: Final = {Measure.DEFAULT_RATE: Found.HIGHER, Measure.PROFIT: Found.LOWER}


def judge(experiment: Experiment, model: Model) -> Check:
    """Return how a model did in an experiment that has ended."""
    name = f"experiment.{experiment.name}"[:60]
    if experiment.state is State.STOPPED:
        broken = (experiment.why or "").startswith(GUARDRAIL)
        result = CheckResult.FAILED if broken else CheckResult.NOT_DONE
        return Check(name=name, result=result, said=experiment.why or "")
    arms = {one.name for one in experiment.design.others if one.model_hash == model.hash}
    found = [one["conclusion"]["found"] for one in experiment.conclusion if one["arm"] in arms]
    worse = str(WORSE.get(experiment.design.measure)) in found
    return Check(
        name=name,
        result=CheckResult.FAILED if worse else CheckResult.PASSED,
        said=f"{experiment.design.measure}: {', '.join(found)}",
    )
