"""Real searches in real processes: killed ones go on, and two of them share a study."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

TRIALS = 10
PATIENCE = 300
LOANWRIGHT = str(Path(sys.executable).with_name("loanwright"))
FILE = f"""
product = "instalment-loan"
families = ["scorecard"]
only_segments = ["existing"]
folds = 3
trials = {TRIALS}
"""


@pytest.fixture
def place(tmp_path):
    (tmp_path / "tiny.toml").write_text(FILE)
    return tmp_path


def start(place, *arguments):
    return subprocess.Popen(
        [LOANWRIGHT, *arguments],
        cwd=place,
        env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process):
    out, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, said
    return out


def records(place):
    files = sorted((place / "var" / "experiments" / "tiny").glob("*.json"))
    return [json.loads(file.read_text()) for file in files]


def finished_trials(place):
    from loanwright.lab.search import open_storage

    storage = open_storage(None, place / "var" / "experiments" / "tiny")
    (study,) = storage.get_all_studies()
    trials = storage.get_all_trials(study._study_id)
    return [trial for trial in trials if trial.state.name in {"COMPLETE", "PRUNED"}]


def wait_for_trials(place, count):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        found = records(place)
        if found and len(found[-1]["trials"]) >= count:
            return
        time.sleep(0.05)
    raise AssertionError(f"no {count} trials within {PATIENCE} seconds")


def test_a_search_that_is_killed_goes_on_and_is_not_repeated_when_finished(place):
    first = start(place, "lab", "run", "tiny.toml")
    wait_for_trials(place, 3)
    os.kill(first.pid, signal.SIGKILL)
    first.communicate()
    before = len(finished_trials(place))
    assert 3 <= before < TRIALS
    for _ in range(2):
        finish(start(place, "lab", "run", "tiny.toml"))
    interrupted, resumed, repeated = records(place)
    assert interrupted["finished"] is None
    assert resumed["finished"] is not None
    assert len(resumed["trials"]) == TRIALS - before
    assert repeated["trials"] == []
    assert len(finished_trials(place)) == TRIALS
    assert [one["hash"] for one in resumed["models"]] == [one["hash"] for one in repeated["models"]]
    listed = finish(start(place, "lab", "list"))
    assert (listed.count("tiny"), listed.count("not finished")) == (3, 1)
    assert "existing: scorecard is chosen" in finish(start(place, "lab", "show", "tiny"))


def test_two_processes_share_a_search(place):
    both = [start(place, "lab", "run", "tiny.toml") for _ in range(2)]
    for process in both:
        finish(process)
    done = [len(record["trials"]) for record in records(place)]
    assert min(done) > 0
    # Each may have begun its last trial when the other ended the search.
    assert TRIALS <= sum(done) <= TRIALS + 1
    found = finished_trials(place)
    assert len(found) == sum(done)
    tried = [json.dumps(trial.params, sort_keys=True) for trial in found]
    assert len(set(tried)) == len(tried)


def test_a_mistake_in_a_file_is_a_sentence(place):
    (place / "tiny.toml").write_text(FILE.replace("folds = 3", "folds = 0"))
    process = start(place, "lab", "run", "tiny.toml")
    _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert "folds: is 0; write a whole number from 2 to 20" in said
    assert "Traceback" not in said
