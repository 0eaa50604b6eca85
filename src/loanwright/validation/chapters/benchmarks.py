"""Chapter 9: the model beside others on the same rows."""

from loanwright.metrics.comparison import PairedComparison, compare_auc, holm
from loanwright.validation.evidence import Evidence
from loanwright.validation.judging import Demand, headings
from loanwright.validation.rivals import MOST_ROWS, Peer, find_peers
from loanwright.validation.values import Cell, Chapter, Figure, Table, said

LEVEL = 0.05
PRICE = 0.007


def benchmarks_chapter(evidence: Evidence) -> Chapter:
    """Return paired comparisons with the champion and with plain peers."""
    peers = find_peers(evidence)
    default = evidence.bad[evidence.judged]
    risk = evidence.answers.log_odds[evidence.judged]
    found = [(one, compare_auc(default, risk, one.risk[evidence.judged])) for one in peers]
    p_values = holm([pair.p_value for _, pair in found]).tolist() if found else []
    tested = [(one, pair, p) for (one, pair), p in zip(found, p_values, strict=True)]
    return Chapter(
        number=9,
        name="benchmarks",
        title=said("Benchmarks", "Сравнения"),
        about=said(
            "Whether the champion or a plain peer ranks the same rows better, by more than chance "
            "explains.",
            "Не ранжирует ли чемпион или простая модель те же строки лучше, чем объясняет случай.",
        ),
        figures=(_champion(tested), _peers(tested), _price(tested)),
        tables=(_table(tested), *_families(evidence)),
        notes=(
            said(
                "Peers are fitted on the development rows with plain settings, LightGBM on at most "
                f"{MOST_ROWS} of them; all AUCs are of the judged rows.",
                "Простые модели обучены на строках разработки с обычными настройками, LightGBM — "
                f"не более чем на {MOST_ROWS}; все AUC — на проверочных строках.",
            ),
        ),
    )


_Tested = list[tuple[Peer, PairedComparison, float]]


def _champion(tested: _Tested) -> Figure:
    demand = Demand(
        name="against_champion",
        title=said("AUC less that of the champion", "AUC минус AUC чемпиона"),
        threshold=said("not significantly below 0", "не ниже 0 значимо"),
        by=compare_auc,
    )
    found = [pair for peer, pair, _ in tested if peer.name == "champion"]
    if not found:
        return demand.absent("a champion (--champion)", "чемпион (--champion)")
    return demand.judge(found[0].difference, ok=found[0].difference.upper >= 0)


def _peers(tested: _Tested) -> Figure:
    demand = Demand(
        name="against_peers",
        title=said("AUC less that of the best plain peer", "AUC минус AUC лучшей простой модели"),
        threshold=said(
            f"not significantly below 0 ({LEVEL:.0%}, Holm), or by less than 0.005",
            f"не ниже 0 значимо ({LEVEL:.0%}, Холм) или ниже меньше чем на 0,005",
        ),
        by=compare_auc,
    )
    peers = [one for one in tested if one[0].name in ("scorecard", "lightgbm")]
    if not peers:
        return demand.absent("the development rows", "строки разработки")
    peer, pair, p = min(peers, key=lambda one: one[1].difference.value)
    ok = pair.difference.value > -0.005 or p >= LEVEL
    return demand.judge(pair.difference, ok=ok, remark=peer.title)


def _price(tested: _Tested) -> Figure:
    demand = Demand(
        name="price_of_directions",
        title=said("Price of the stated directions, relative AUC",
                   "Цена заданных направлений, относительная AUC"),
        threshold=said(f"at most {PRICE:.1%}", f"не больше {PRICE:.1%}"),
        by=compare_auc,
        kind="share",
    )  # fmt: skip
    free = next((pair for peer, pair, _ in tested if peer.free_of_directions), None)
    bound = next((pair for peer, pair, _ in tested if peer.name == "lightgbm"), None)
    if free is None:
        return demand.absent("the development rows and features with a direction",
                             "строки разработки и признаки с направлением")  # fmt: skip
    with_directions = free.first if bound is None else bound.second
    price = (free.second - with_directions) / free.second
    return demand.judge(price, ok=price <= PRICE)


def _table(tested: _Tested) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (peer.title, pair.first, pair.second, pair.difference, pair.p_value, p)
        for peer, pair, p in tested
    ]
    return Table(
        name="benchmarks",
        title=said("On the same rows", "На тех же строках"),
        columns=headings(
            ("Against", "Против", "words"),
            ("AUC here", "AUC модели", "number"),
            ("AUC there", "AUC соперника", "number"),
            ("Difference", "Разность", "number"),
            ("P-value (DeLong)", "P-значение (ДеЛонг)", "p_value"),
            ("by Holm", "по Холму", "p_value"),
        ),
        rows=tuple(rows),
    )


def _families(evidence: Evidence) -> tuple[Table, ...]:
    """Return the comparison of families that training wrote down, where it is there."""
    compared = (evidence.beside.stored or {}).get("comparison")
    if not compared:
        return ()
    yes, no = said("yes", "да"), said("no", "нет")
    rows: list[tuple[Cell, ...]] = [
        (
            one["family"],
            one["mean"],
            one["spread"],
            one["behind"],
            one["p_value"],
            yes if one["within_noise"] else no,
            yes if one["chosen"] else no,
        )
        for one in compared["families"]
    ]
    return (
        Table(
            name="families",
            title=said(
                f"Families compared on rows held out by {compared['folds']} folds "
                f"({compared['metric']})",
                f"Семейства, сравнённые на строках, отложенных {compared['folds']} частями "
                f"({compared['metric']})",
            ),
            columns=headings(
                ("Family", "Семейство", "words"),
                ("Mean", "Среднее", "number"),
                ("Spread over folds", "Разброс по частям", "number"),
                ("Behind the best", "Отставание от лучшего", "number"),
                ("P-value", "P-значение", "p_value"),
                ("Within the noise", "В пределах шума", "words"),
                ("Chosen", "Выбрано", "words"),
            ),
            rows=tuple(rows),
        ),
    )
