"""Runs the benchmarks and writes their results: `make bench`, or `python -m benchmarks NAME …`."""

import importlib
import json
import os
import platform
import sys
import time
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

NAMES = (
    "engine",
    "single",
    "deciding",
    "http",
    "batch",
    "simulation",
    "drift",
    "replaying",
    "paths",
    "binning",
    "report",
    "training",
    "quality",
    "proofs",
    "expected_performance",
    "audit",
    "people",
    "pages",
    "applicant_list",
    "durability",
    "hostility",
)
RESULTS = Path(__file__).parent / "results"
PACKAGES = (
    "numpy",
    "numba",
    "lightgbm",
    "xgboost-cpu",
    "catboost",
    "interpret-core",
    "scikit-learn",
    "onnxruntime",
    "optbinning",
    "shap",
)
INTRODUCTION = """\
# Results

Made by `make bench` on the machine named in each part. Machines differ: compare ratios, and run \
it on yours.
"""


def main(names: list[str]) -> None:
    """Run the named benchmarks, or all of them, and write every result."""
    unknown = set(names) - set(NAMES)
    if unknown:
        sys.exit(f"There is no benchmark {', '.join(sorted(unknown))}; known: {', '.join(NAMES)}")
    RESULTS.mkdir(exist_ok=True)
    for name in names or NAMES:
        print(f"{name} …", flush=True)
        started = time.perf_counter()
        figures = importlib.import_module(f"benchmarks.{name}").run()
        result = {
            "benchmark": name,
            "machine": describe_machine(),
            "seconds": round(time.perf_counter() - started, 1),
            "figures": figures,
        }
        text = json.dumps(result, indent=2, ensure_ascii=False) + "\n"
        (RESULTS / f"{name}.json").write_text(text, encoding="utf-8")
        print(write_part(result), flush=True)
    write_page()


def describe_machine() -> dict[str, Any]:
    """Return what a reader needs to know of the machine."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "packages": {name: found for name in PACKAGES if (found := _version(name))},
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def write_page() -> None:
    """Write the page of all results that are there."""
    parts = [INTRODUCTION]
    for name in NAMES:
        path = RESULTS / f"{name}.json"
        if path.exists():
            parts.append(write_part(json.loads(path.read_text(encoding="utf-8"))))
    (RESULTS / "README.md").write_text("\n".join(parts), encoding="utf-8")


def write_part(result: dict[str, Any]) -> str:
    """Return one benchmark as Markdown: its tables, or its figures one a line."""
    machine = result["machine"]
    where = f"{machine['processor']}, {machine['cores']} cores, Python {machine['python']}"
    lines = [f"## {result['benchmark'].capitalize()}", "", f"{where}, {machine['date']}.", ""]
    lines += _tables(result["figures"], [])
    return "\n".join(lines) + "\n"


def _tables(part: Any, path: list[str]) -> list[str]:
    """Return lists of mappings as tables, and plain values as tables of two columns."""
    if isinstance(part, list) and part and all(isinstance(row, dict) for row in part):
        heads = list(part[0])
        rows = [[_cell(row.get(head)) for head in heads] for row in part]
        return [*_title(path), _line(heads), _line(["---"] * len(heads)), *map(_line, rows), ""]
    if not isinstance(part, dict):
        return [*_title(path), _cell(part), ""]
    plain = {name: value for name, value in part.items() if not isinstance(value, dict | list)}
    lines = []
    if plain:
        rows = [[name, _cell(value)] for name, value in plain.items()]
        lines += [*_title(path), _line(["figure", "value"]), _line(["---"] * 2), *map(_line, rows)]
        lines.append("")
    for name, inner in part.items():
        if name not in plain:
            lines += _tables(inner, [*path, name])
    return lines


def _title(path: list[str]) -> list[str]:
    return [f"### {' · '.join(path)}", ""] if path else []


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return (
            f"{value:.3g}"
            if abs(value) < 0.001
            else f"{value:,.4g}"
            if abs(value) < 1000
            else f"{value:,.0f}"
        )
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


if __name__ == "__main__":
    main(sys.argv[1:])
