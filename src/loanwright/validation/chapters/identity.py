"""Chapter 1: which model this is, of what, for what, and how to make it again."""

from importlib.metadata import PackageNotFoundError, version
from typing import Any

from loanwright.validation.evidence import Evidence
from loanwright.validation.judging import Demand, headings, named
from loanwright.validation.values import Cell, Chapter, Figure, Table, said

_TIERS = ("high", "medium", "low")


def identity_chapter(evidence: Evidence) -> Chapter:
    """Return who and what is judged, and whether it can be made again."""
    return Chapter(
        number=1,
        name="identity",
        title=said("Identity", "Что проверяется"),
        about=said(
            "Which model this is, what it is for, from what it was made, and how to make it again.",
            "Какая это модель, для чего она, из чего сделана и как получить её снова.",
        ),
        figures=(
            find_hashes(evidence),
            count_unseen_rows(evidence),
            _same_versions(evidence),
            name_people(evidence),
            name_tier(evidence),
        ),
        tables=(_facts(evidence),),
        notes=(
            said(
                "To make it again: loanwright train with the product file of this hash, the sample "
                "of this hash and this seed; the same versions give the same bytes.",
                "Чтобы получить её снова: loanwright train с файлом продукта, выборкой и зерном "
                "случайности, указанными здесь; те же версии дают те же байты.",
            ),
            said(
                "Intended use: to state how probable default is for applicants of this product and "
                "segment. Decisions are made by the policy, not by the model.",
                "Назначение: оценивать вероятность дефолта заявителей этого продукта и сегмента. "
                "Решения принимает политика, а не модель.",
            ),
        ),
    )


def _facts(evidence: Evidence) -> Table:
    known: dict[str, Any] = {
        "product": evidence.product.name,
        "segment": evidence.segment,
        "family": evidence.model.family,
        "seed": evidence.seed,
        "features": len(evidence.specs),
        "owner": evidence.beside.owner,
        "validator": evidence.beside.validator,
        "tier": evidence.beside.tier,
        **evidence.identity,
    }
    rows: list[tuple[Cell, ...]] = []
    for name, value in known.items():
        shown = (
            ", ".join(f"{key} {one}" for key, one in value.items())
            if isinstance(value, dict)
            else "—"
            if value is None
            else str(value)
        )
        rows.append((_FACTS.get(name, said(name.replace("_", " "))), shown))
    return Table(
        name="facts",
        title=said("Facts", "Сведения"),
        columns=headings(("Fact", "Сведение", "words"), ("Value", "Значение", "words")),
        rows=tuple(rows),
    )


_FACTS = {
    "product": said("product", "продукт"),
    "segment": said("segment", "сегмент"),
    "family": said("family", "семейство"),
    "seed": said("seed", "зерно случайности"),
    "features": said("features", "признаков"),
    "owner": said("owner", "владелец"),
    "validator": said("validator", "валидатор"),
    "tier": said("materiality tier", "уровень существенности"),
    "package": said("package", "пакет"),
    "product_file": said("product file", "файл продукта"),
    "trained_on": said("trained on", "обучена на"),
    "sample": said("validated on", "проверена на"),
    "library_versions": said("library versions", "версии библиотек"),
}


def find_hashes(evidence: Evidence) -> Figure:
    """Return whether package, product file and training sample are named by their hashes."""
    demand = Demand(
        name="traceable",
        title=said("Hashes of package, product file and sample", "Хеши пакета, продукта и выборки"),
        threshold=said("all three are stated", "указаны все три"),
        by=find_hashes,
        kind="words",
    )
    absent = [k for k in ("package", "product_file", "trained_on") if not evidence.identity.get(k)]
    return demand.judge(named(absent) if absent else "3 / 3", ok=not absent)


def count_unseen_rows(evidence: Evidence) -> Figure:
    """Return how many judged rows took no part in fitting or calibration.

    Where the table is not one the model was made from, nobody knows: a package holds the hash of
    that table and of none of its rows.
    """
    demand = Demand(
        name="sample_known",
        title=said("Rows the model has not seen", "Строки, которых модель не видела"),
        threshold=said(
            "the judged rows took no part in fitting or calibration",
            "проверочные строки не участвовали ни в обучении, ни в калибровке",
        ),
        by=count_unseen_rows,
        kind="count",
    )
    if evidence.judged_name == "fresh":
        return demand.absent(
            "the table the model was made from. This one has another hash, and whether it holds "
            "rows of that one cannot be known: a package does not identify its rows",
            "таблица, из которой сделана модель. У этой другой хеш, и есть ли в ней строки той, "
            "узнать нельзя: пакет не опознаёт отдельные строки",
        )
    remark = said(f"judged: {evidence.judged_name}", f"проверочная: {evidence.judged_name}")
    return demand.judge(len(evidence.judged), ok=True, remark=remark)


def _same_versions(evidence: Evidence) -> Figure:
    demand = Demand(
        name="versions",
        title=said("Library versions, then and now", "Версии библиотек тогда и сейчас"),
        threshold=said("the same", "совпадают"),
        by=version,
        kind="words",
    )
    stated = evidence.identity.get("library_versions")
    if not stated:
        return demand.absent("the versions stated by the package", "версии, указанные в пакете")
    other = [
        f"{name} {one} ≠ {_installed(name)}"
        for name, one in stated.items()
        if _installed(name) != one
    ]
    return demand.judge(named(other), ok=not other)


def _installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "—"


def name_people(evidence: Evidence) -> Figure:
    """Return who answers for the model and who validated it."""
    demand = Demand(
        name="four_eyes",
        title=said("Owner and validator", "Владелец и валидатор"),
        threshold=said("two different people", "два разных человека"),
        by=name_people,
        kind="words",
    )
    owner, validator = evidence.beside.owner, evidence.beside.validator
    if not owner or not validator:
        return demand.absent(
            "the names of owner and validator (--owner, --validator)",
            "имена владельца и валидатора (--owner, --validator)",
        )
    return demand.judge(f"{owner} / {validator}", ok=owner != validator, breach=True)


def name_tier(evidence: Evidence) -> Figure:
    """Return the stated materiality."""
    demand = Demand(
        name="materiality",
        title=said("Materiality tier", "Уровень существенности"),
        threshold=said("high, medium or low is stated", "указан: high, medium или low"),
        by=name_tier,
        kind="words",
    )
    tier = evidence.beside.tier
    if tier is None:
        return demand.absent("the tier (--tier)", "уровень (--tier)")
    return demand.judge(tier, ok=tier in _TIERS)
