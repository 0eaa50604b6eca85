"""The pictures of a drift report: bins of a feature, indices over the chunks."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from loanwright.charts.canvas import Labels
from loanwright.charts.plane import Mark, Plane, draw

#: As many lines as can be told apart.
LINES: Final = ("accent", "riskier", "safer", "mark", "muted")
Report = Mapping[str, Any]
Words = Mapping[str, str]


def bins_chart(watched: Report, chunk: str, word: Words, language: str) -> str:
    """Return the shares of a feature's bins in the reference and in a chunk, as SVG."""
    labels, reference, shares = _used(watched["bins"])
    places = [float(place) for place in range(len(labels))]
    title = word["bins_of"].format(feature=watched["title"][language], chunk=chunk)
    return draw(
        Plane(
            marks=[
                Mark(shape="bars", label=word["reference"], tone="muted", x=places, y=reference),
                Mark(shape="bars", label=chunk, tone="accent", x=places, y=shares),
            ],
            percent="y",
            names=labels,
        ),
        labels=Labels(title=title, description=word["bins_text"], x=word["bin"], y=word["shares"]),
    )


def bins_rows(watched: Report) -> list[tuple[str, float, float]]:
    """Return what `bins_chart` draws, as rows."""
    return list(zip(*_used(watched["bins"]), strict=True))


def _used(bins: Report) -> tuple[list[str], list[float], list[float]]:
    kept = [
        place
        for place, pair in enumerate(zip(bins["reference"], bins["chunk"], strict=True))
        if any(pair)
    ]
    # Of many categories those that hold most; the JSON document has all of them.
    most = sorted(kept, key=lambda place: -bins["reference"][place] - bins["chunk"][place])[:24]
    kept = sorted(most)
    labels = [bins["labels"][place] for place in kept]
    reference, chunk = ([bins[side][one] for one in kept] for side in ("reference", "chunk"))
    return labels, reference, chunk


def most_moved(report: Report, count: int = len(LINES)) -> list[tuple[str, str]]:
    """Return names and keys of what moved most over all chunks, the score first."""
    largest: dict[str, float] = {}
    for chunk in report["chunks"]:
        for one in _all(chunk):
            found = one["measures"].get("psi")
            size = found["value"] if found else 0.0
            largest[one["feature"]] = max(largest.get(one["feature"], 0.0), size)
    ordered = sorted(largest, key=lambda name: (name != "score", -largest[name]))
    return [(name, name) for name in ordered[:count]]


def history_chart(report: Report, word: Words, language: str) -> str:
    """Return PSI over the chunks of what moved most, as SVG; needs two chunks."""
    names = [chunk["name"] for chunk in report["chunks"]]
    marks = []
    for (feature, _), tone in zip(most_moved(report), LINES, strict=False):
        points = history(report, feature)
        known = [(float(place), value) for place, value in enumerate(points) if value is not None]
        if known:
            xs, ys = zip(*known, strict=True)
            marks.append(
                Mark(shape="line", label=_title(report, feature, language), tone=tone, x=xs, y=ys)
            )
    return draw(
        Plane(marks=marks, names=names),
        labels=Labels(
            title=word["over_time"],
            description=word["over_time_text"],
            x=word["chunk"],
            y="PSI",
        ),
    )


def history(report: Report, feature: str, method: str = "psi") -> list[float | None]:
    """Return a measure of one feature, chunk by chunk; None where it was not taken."""
    found: list[float | None] = []
    for chunk in report["chunks"]:
        one = next((each for each in _all(chunk) if each["feature"] == feature), None)
        measure = None if one is None else one["measures"].get(method)
        found.append(None if measure is None else measure["value"])
    return found


def _all(chunk: Report) -> Sequence[Report]:
    return [*([chunk["score"]] if chunk["score"] else []), *chunk["features"]]


def _title(report: Report, feature: str, language: str) -> str:
    for chunk in report["chunks"]:
        for one in _all(chunk):
            if one["feature"] == feature:
                return str(one["title"][language])
    return feature
