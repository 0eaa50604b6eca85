"""Chapter 8: what the model is worth, and where the cutoff belongs."""

from typing import Final

import numpy as np

from loanwright.metrics.bootstrap import Resampling, distinct_counts
from loanwright.metrics.cutoffs import best_cutoff, cutoff_table, judge_cutoff, swap_set
from loanwright.metrics.estimate import Estimate
from loanwright.metrics.hull import concave_hull, maximum_profit
from loanwright.metrics.profit import DEFAULT_LOSS, Terms, emp, profit_curve
from loanwright.metrics.samples import sample
from loanwright.validation.evidence import Evidence, Rows
from loanwright.validation.judging import Demand, headings
from loanwright.validation.rivals import rival_answers
from loanwright.validation.values import Cell, Chapter, Figure, Plot, Series, Table, said

#: Of one unit lent: what a good one earns and what a bad one costs, unless told otherwise.
GAIN: Final = DEFAULT_LOSS.roi
LOSS: Final = 0.6
#: Rankings by chance; a useless model beats them all in one sample of twenty.
SHUFFLES: Final = 19
_DRAWS: Final = Resampling(replicates=100, seed=0, stratified=False)


def profit_chapter(evidence: Evidence) -> Chapter:
    """Return profit, cutoffs chosen out of sample, and who would change sides."""
    return Chapter(
        number=8,
        name="profit",
        title=said("Profit and cutoff", "Прибыль и порог"),
        about=said(
            "What ranking by this model earns, where the cutoff earns most, how sure that place "
            "is, and what the cutoff of the policy does.",
            "Сколько приносит отбор по этой модели, где порог выгоднее всего, насколько это место "
            "надёжно и что делает порог политики.",
        ),
        figures=(_emp(evidence), _best(evidence), _policy(evidence), _swap(evidence)),
        tables=(_outcomes(evidence),),
        plots=(_curve(evidence),),
        notes=(
            said(
                f"Per unit lent a good applicant earns {GAIN:.4f} and a bad one costs {LOSS}; "
                "give your own terms to the functions named here before a cutoff is set.",
                f"На единицу выданного хороший заявитель приносит {GAIN:.4f}, плохой стоит {LOSS}; "
                "прежде чем назначать порог, подставьте свои условия в названные функции.",
            ),
            said(
                "A cutoff is chosen on some rows and judged on others that had no part in the "
                "choice.",
                "Порог выбирается на одних строках, а судится на других, не участвовавших в "
                "выборе.",
            ),
        ),
    )


def terms_of_trade() -> Terms:
    """Return what an approved applicant brings per unit lent."""
    return Terms(gain=GAIN, loss=LOSS)


def _judged(evidence: Evidence) -> tuple[np.ndarray, np.ndarray]:
    return evidence.bad[evidence.judged], evidence.answers.probability[evidence.judged]


def _emp(evidence: Evidence) -> Figure:
    demand = Demand(
        name="emp",
        title=said("Expected maximum profit", "Ожидаемая максимальная прибыль"),
        threshold=said(
            f"the whole interval lies above the best of {SHUFFLES} rankings by chance",
            f"весь интервал выше лучшего из {SHUFFLES} случайных ранжирований",
        ),
        by=emp,
    )

    def make() -> Figure:
        default, risk = _judged(evidence)
        found = emp(default, risk, replicates=100)
        chance = chance_emp(default, risk, seed=evidence.seed)
        remark = said(f"by chance {chance:.5f}", f"от случая {chance:.5f}")
        return demand.judge(found, ok=above_all(found, chance), remark=remark)

    return demand.attempt(make)


def chance_emp(default: np.ndarray, risk: np.ndarray, *, seed: int) -> float:
    """Return the highest expected maximum profit of `SHUFFLES` shuffles of these risks.

    It is never negative, so that 0 tells nothing: even a ranking by chance has lucky cutoffs. A
    useless model beats all shuffles in one sample of twenty.

    Examples
    --------
    >>> default, risk = np.repeat([0, 1], 50), np.arange(100.0)
    >>> 0 < chance_emp(default, risk, seed=0) < emp(default, risk).value
    True
    """
    random = np.random.default_rng(seed)
    label = default.astype(np.int8)
    shuffled = (distinct_counts(sample(label, random.permutation(risk))) for _ in range(SHUFFLES))
    of = DEFAULT_LOSS
    return max(
        maximum_profit(concave_hull(counts), p0=of.p0, p1=of.p1, roi=of.roi)[0]
        for counts in shuffled
    )


def above_all(found: Estimate, limit: float) -> bool:
    """Return whether the value and its whole interval lie above a limit.

    The value as well: the interval of a biased figure may miss it.
    """
    return min(found.value, found.lower) > limit


def _best(evidence: Evidence) -> Figure:
    demand = Demand(
        name="best_cutoff",
        title=said(
            "Profit per applicant at the best cutoff", "Прибыль на заявителя при лучшем пороге"
        ),
        threshold=said(
            "the whole interval lies above approving all and above approving nobody; wholly "
            "below either is a breach",
            "весь интервал выше, чем при выдаче всем и при отказе всем; целиком ниже одного из "
            "них — нарушение",
        ),
        by=best_cutoff,
    )

    def make() -> Figure:
        chosen, judged = choosing_rows(evidence)
        terms, stated = terms_of_trade(), evidence.answers.probability
        found = best_cutoff(
            (evidence.bad[chosen], stated[chosen], terms),
            (evidence.bad[judged], stated[judged], terms),
        )
        everybody = float(terms.profit(evidence.bad[judged]).mean())
        at = found.cutoff
        remark = said(
            f"approve up to a probability of {at.value:.4f} [{at.lower:.4f}, {at.upper:.4f}]; "
            f"optimism {found.optimism:+.5f}; approving all {everybody:+.5f}",
            f"выдавать до вероятности {at.value:.4f} [{at.lower:.4f}, {at.upper:.4f}]; "
            f"приукрашивание {found.optimism:+.5f}; выдача всем {everybody:+.5f}",
        )
        profit = found.judged_on.profit
        least = max(everybody, 0.0)
        return demand.judge(
            profit, ok=above_all(profit, least), breach=profit.upper < least, remark=remark
        )

    return demand.attempt(make)


def choosing_rows(evidence: Evidence) -> tuple[Rows, Rows]:
    """Return rows that choose a cutoff and rows that judge it; no row does both.

    Calibration rows choose where the model has not learned from them; else every other judged row.
    """
    if "calibration" in evidence.samples:
        return evidence.samples["calibration"], evidence.judged
    return evidence.judged[::2], evidence.judged[1::2]


def approve_from(evidence: Evidence) -> int | None:
    """Return the score from which the starter policy approves, or None."""
    cutoffs = evidence.product.policy.get("cutoffs", {}).get(evidence.segment)
    return int(cutoffs["approve_from"]) if cutoffs else None


def _policy(evidence: Evidence) -> Figure:
    demand = Demand(
        name="policy_cutoff",
        title=said("Profit per applicant at the policy's cutoff",
                   "Прибыль на заявителя при пороге политики"),
        threshold=said("the interval reaches above 0", "интервал заходит выше 0"),
        by=judge_cutoff,
    )  # fmt: skip
    cutoff = approve_from(evidence)
    if cutoff is None:
        return demand.absent("a policy with a cutoff", "политика с порогом")

    def make() -> Figure:
        default = evidence.bad[evidence.judged]
        # A risk that falls as the score rises: at or below −cutoff is approved.
        risk = -evidence.answers.score[evidence.judged].astype(np.float64)
        found = judge_cutoff(default, risk, cutoff=-float(cutoff), terms=terms_of_trade())
        bad = "—" if found.bad_rate is None else f"{found.bad_rate.value:.2%}"
        share = f"{found.approval_rate.value:.1%}"
        remark = said(f"approves from {cutoff}: {share} of applicants, {bad} of them default",
                      f"выдаёт от {cutoff}: {share} заявителей, дефолт у {bad} из них")  # fmt: skip
        return demand.judge(found.profit, ok=found.profit.upper > 0, remark=remark)

    return demand.attempt(make)


def _swap(evidence: Evidence) -> Figure:
    demand = Demand(
        name="swap_set",
        title=said("Default rate of those only this model approves",
                   "Доля дефолтов у тех, кого одобряет только эта модель"),
        threshold=said(
            "the interval is not wholly above that of those only the champion approves",
            "интервал не целиком выше, чем у тех, кого одобряет только чемпион",
        ),
        by=swap_set,
        kind="share",
    )  # fmt: skip
    other = rival_answers(evidence)
    if other is None:
        return demand.absent("a champion to compare with (--champion)",
                             "чемпион для сравнения (--champion)")  # fmt: skip

    def make() -> Figure:
        default, risk = _judged(evidence)
        found = swap_set(default, risk, other.probability[evidence.judged], approval_rate=0.7)
        if found.bad_rate_in is None or found.bad_rate_out is None:
            return demand.absent("somebody who changes sides", "хоть кто-то, меняющий сторону")
        remark = said(
            f"{found.swapped_in} in, {found.swapped_out} out, of whom "
            f"{found.bad_rate_out.value:.2%} default (at most {found.bad_rate_out.upper:.2%})",
            f"{found.swapped_in} внутрь, {found.swapped_out} наружу, из них дефолт у "
            f"{found.bad_rate_out.value:.2%} (не больше {found.bad_rate_out.upper:.2%})",
        )
        ok = found.bad_rate_in.lower <= found.bad_rate_out.upper
        return demand.judge(found.bad_rate_in, ok=ok, remark=remark)

    return demand.attempt(make)


def _outcomes(evidence: Evidence) -> Table:
    rates = np.arange(0.1, 1.01, 0.1).round(2)
    rows: list[tuple[Cell, ...]] = [
        (one.approval_rate.value, one.cutoff, one.bad_rate, one.profit)
        for one in cutoff_table(*_judged(evidence), terms=terms_of_trade(), approval_rates=rates)
    ]
    return Table(
        name="approval",
        title=said("What each approval rate brings", "Что даёт каждая доля одобрений"),
        columns=headings(
            ("Approved", "Одобрено", "share"),
            ("Up to a probability of", "До вероятности", "number"),
            ("Default rate of the approved", "Доля дефолтов среди одобренных", "share"),
            ("Profit per applicant", "Прибыль на заявителя", "number"),
        ),
        rows=tuple(rows),
    )


def _curve(evidence: Evidence) -> Plot:
    found = profit_curve(*_judged(evidence), terms=terms_of_trade(), points=51, resampling=_DRAWS)
    return Plot(
        name="profit",
        title=said("Profit by approval rate", "Прибыль по доле одобрений"),
        description=said(
            "Profit per applicant when the safest share is approved, with a 95% band.",
            "Прибыль на заявителя, когда одобряют самую надёжную долю, с 95%-й полосой.",
        ),
        x=said("Share approved", "Доля одобренных"),
        y=said("Profit per applicant", "Прибыль на заявителя"),
        percent="x",
        series=(
            Series(shape="band", label=said("95% band", "95%-я полоса"), tone="muted",
                   x=found.approval, lower=found.lower, upper=found.upper),
            Series(shape="line", label=said("profit", "прибыль"),
                   x=found.approval, y=found.profit),
        ),
    )  # fmt: skip
