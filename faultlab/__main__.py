"""`python -m faultlab [--short] [--seed N]`: exit code 1 where an invariant does not hold."""

import argparse
import random
import secrets
import shutil
import signal
import sys
import time
from pathlib import Path
from typing import NoReturn

from faultlab.callers import Callers
from faultlab.checker import Findings, check_all
from faultlab.history import History, read_history
from faultlab.laboratory import Laboratory, laboratory
from faultlab.nemesis import Endured, endure, list_misfortunes
from faultlab.servers import PartMissing

TERMINAL_SECONDS = 30.0
KEPT = Path("var") / "faultlab"
SHOWN = 20
SWITCH_SECONDS = 0.0002


def main() -> int:
    """Run the laboratory, or one figure of it."""
    parser = argparse.ArgumentParser(prog="python -m faultlab", description=__doc__)
    parser.add_argument("--short", action="store_true", help="five faults instead of eighteen")
    parser.add_argument("--seed", type=int, default=None, help="repeat the run of this seed")
    parser.add_argument("--figure", help="measure one figure of benchmarks/durability.py")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, _interrupt)
    # The proxies take turns with the callers often: 5 ms, the default, is several round trips.
    sys.setswitchinterval(SWITCH_SECONDS)
    seed = secrets.randbelow(1_000_000) if given.seed is None else given.seed
    try:
        if given.figure is not None:
            from benchmarks.durability import measure

            return measure(given.figure, seed)
        return run(seed, short=given.short)
    except PartMissing as missing:
        print(f"The fault laboratory is skipped: {missing}.")
        return 0
    except KeyboardInterrupt:
        print("Interrupted; everything is stopped.")
        return 130


def run(seed: int, *, short: bool) -> int:
    """Run the whole laboratory; return the exit code."""
    began = time.monotonic()
    say(f"Fault laboratory, seed {seed}, {'short' if short else 'full'} form")
    with laboratory() as lab:
        say(f"  everything runs after {time.monotonic() - began:.1f} s")
        history = History(lab.root / "history.jsonl")
        rates = (15.0, 15.0) if short else (30.0, 30.0)
        callers = Callers(
            [int(api.port or 0) for api in lab.apis],
            lab.token,
            history,
            seed=seed,
            now=rates[0],
            later=rates[1],
        )
        callers.start()
        try:
            endured = _endure(lab, seed, short=short)
        finally:
            callers.stop()
        findings = _check(lab, history, seed)
        code = _report(endured, findings, seed=seed, seconds=time.monotonic() - began)
        if code:
            _keep(lab, seed)
        return code


def _endure(lab: Laboratory, seed: int, *, short: bool) -> list[Endured]:
    rng = random.Random(seed)
    misfortunes = list_misfortunes(lab, short=short, rng=rng)
    return endure(lab, misfortunes, between=1.5 if short else 4.0, say=say)


def _check(lab: Laboratory, history: History, seed: int) -> Findings:
    late = None
    try:
        drained = lab.wait_until_drained(TERMINAL_SECONDS)
    except TimeoutError as failure:
        late, drained = str(failure), TERMINAL_SECONDS
    history.close()
    findings = check_all(lab, read_history(history.path), seed=seed)
    findings.counts["drained after, seconds"] = round(drained, 1)
    if late is not None:
        findings.violations.append(f"I3 {late}")
    ended = [part.name for part in lab.parts if part.ended]
    findings.violations += [f"{name} has ended by itself" for name in ended]
    return findings


def _report(endured: list[Endured], findings: Findings, *, seed: int, seconds: float) -> int:
    killed = sum(one.killed for one in endured)
    say(f"killed: {killed} processes in {len(endured)} misfortunes")
    slowest = max(endured, key=lambda one: one.healthy_after)
    say(f"slowest to be well again: {slowest.healthy_after:g} s, {slowest.name}")
    for name, value in findings.counts.items():
        say(f"{name}: {value}")
    for one in findings.violations[:SHOWN]:
        say(f"VIOLATED {one}")
    say(f"{len(findings.violations)} violations, seed {seed}, {seconds:.0f} s")
    return 1 if findings.violations else 0


def _keep(lab: Laboratory, seed: int) -> None:
    place = KEPT / f"seed-{seed}"
    place.mkdir(parents=True, exist_ok=True)
    for path in [*lab.root.glob("*.log"), *lab.root.glob("*.jsonl")]:
        shutil.copy(path, place)
    say(f"logs and history are in {place}")


def say(line: str) -> None:
    """Print a line at once."""
    print(line, flush=True)


def _interrupt(*_signal: object) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
