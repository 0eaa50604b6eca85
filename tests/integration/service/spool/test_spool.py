"""The spool against the real disk and, where decisions are made, each database."""

import json
import os
import signal
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.integration.service.conftest import bare_service, service, settings
from typer.testing import CliRunner

from loanwright.cli.main import app
from loanwright.errors import Rejected, Unavailable
from loanwright.service.bootstrap import open_spool
from loanwright.service.kit.clock import SetClock
from loanwright.service.kit.ids import Ids
from loanwright.service.origination.away import Away
from loanwright.service.origination.errors import IdempotencyKeyReused, ProductNotOffered
from loanwright.service.origination.reading import read_submission
from loanwright.service.origination.schemas import Caller
from loanwright.service.privacy.keys import Key
from loanwright.service.settings import Settings
from loanwright.service.spool.files import sealed_line
from loanwright.service.spool.schemas import Entry, Replayed
from loanwright.service.spool.service import Spool

__all__ = ["bare_service", "service", "settings"]

MOMENT = datetime(2026, 11, 21, 10, tzinfo=UTC)
SECRET = "income 4711"


def spool_in(directory, moment=MOMENT):
    clock = SetClock(moment)
    return Spool(directory, seal=Key(bytes(32)), clock=clock, new_id=Ids(clock))


def entry(key="k", received=SECRET, caller="key_1"):
    return Entry(id="", at=MOMENT, caller_id=caller, caller_kind="key", key=key, received=received)


class Desk:
    """Decides, and counts how often it was asked for each key."""

    def __init__(self, *, refuse=(), away=False):
        self.asked = []
        self.refuse = refuse
        self.away = away

    def __call__(self, entries):
        if self.away:
            raise Unavailable
        self.asked += [(one.idempotency_key, one.received) for one in entries]
        return [Rejected() if one.key in self.refuse else None for one in entries]


def files(directory):
    return sorted(path.name.partition(".")[2] for path in directory.iterdir())


def test_what_is_put_is_decided_and_then_forgotten(tmp_path):
    spool, desk = spool_in(tmp_path), Desk()
    for number in range(150):
        spool.put(entry(f"k{number}"))
    assert spool.replay(desk) == Replayed(decided=150)
    assert [key for key, _ in desk.asked] == [f"k{number}" for number in range(150)]
    assert files(tmp_path) == []
    assert spool.replay(desk) == Replayed()


def test_an_entry_is_read_back_by_another_process_of_the_same_key(tmp_path):
    spool_in(tmp_path).put(entry())
    (page,) = spool_in(tmp_path).pages()
    assert [(one.key, one.received) for one in page.entries] == [("k", SECRET)]


def test_what_another_process_has_replayed_is_no_longer_held(tmp_path):
    mine = spool_in(tmp_path)
    mine.put(entry())
    with pytest.raises(Unavailable):
        mine.replay(Desk(away=True))
    spool_in(tmp_path).replay(Desk())
    assert mine.find("key_1", "k") is None


def test_nobody_else_can_read_what_is_spooled(tmp_path):
    directory = tmp_path / "spool"
    spool_in(directory).put(entry())
    (path,) = directory.iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert b"4711" not in path.read_bytes()


def test_the_same_key_has_the_same_name_in_every_process(tmp_path):
    first = spool_in(tmp_path).put(entry())
    second = spool_in(tmp_path, MOMENT + timedelta(minutes=5)).put(entry())
    assert first.id == second.id
    assert spool_in(tmp_path).put(entry(caller="key_2")).id != first.id
    nameless = {spool_in(tmp_path).put(entry(None)).id for _ in range(3)}
    assert len(nameless) == 3


def test_the_same_key_is_written_once_by_one_process(tmp_path):
    spool = spool_in(tmp_path)
    assert spool.put(entry()) == spool.put(entry(received="another"))
    (page,) = spool.pages()
    assert len(page.entries) == 1


def test_while_something_is_unavailable_everything_is_kept(tmp_path):
    spool = spool_in(tmp_path)
    spool.put(entry())
    with pytest.raises(Unavailable):
        spool.replay(Desk(away=True))
    assert files(tmp_path) == ["jsonl"]
    assert spool.find("key_1", "k") is not None
    assert spool.replay(Desk()) == Replayed(decided=1)
    assert spool.find("key_1", "k") is None


def test_a_refused_entry_is_set_aside_with_its_reason(tmp_path):
    spool = spool_in(tmp_path)
    for key in ("good", "bad"):
        spool.put(entry(key))
    assert spool.replay(Desk(refuse=("bad",))) == Replayed(decided=1, refused=1)
    (path,) = tmp_path.iterdir()
    assert path.suffix == ".refused"
    assert json.loads(path.read_text())["problem"] == "rejected"


@pytest.mark.parametrize("damage", ["flip", "cut", "garbage", "swap"])
def test_a_damaged_line_is_set_aside_and_the_others_are_decided(tmp_path, damage):
    spool, desk = spool_in(tmp_path), Desk()
    for number in range(5):
        spool.put(entry(f"k{number}"))
    (path,) = tmp_path.iterdir()
    lines = path.read_bytes().splitlines(keepends=True)
    if damage == "flip":
        lines[2] = lines[2][:80] + bytes([lines[2][80] ^ 1]) + lines[2][81:]
    elif damage == "cut":
        lines[4] = lines[4][:-30]
    elif damage == "garbage":
        lines[0] = b"\xff\x00 nothing\n"
    else:
        # Sealed for another place: the checksum is made to fit, the seal is not.
        content = json.loads(lines[1][65:])
        content["id"] = json.loads(lines[0][65:])["id"]
        lines[1] = sealed_line(json.dumps(content).encode())
    path.write_bytes(b"".join(lines))
    assert spool.replay(desk) == Replayed(decided=4, broken=1)
    (kept,) = tmp_path.iterdir()
    assert kept.suffix == ".broken"
    assert kept.read_bytes().strip(b"\n") in b"".join(lines)


def test_many_threads_lose_nothing(tmp_path):
    spool, desk = spool_in(tmp_path), Desk()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: spool.put(entry(f"k{n}")), range(400)))
        assert spool.replay(desk).decided == 400


def test_replaying_beside_writers_loses_nothing(tmp_path):
    writers, desk = [spool_in(tmp_path) for _ in range(3)], Desk()
    with ThreadPoolExecutor(4) as pool:
        done = [
            pool.submit(lambda w=w, n=n: w.put(entry(f"{n}-{id(w)}")))
            for n in range(150)
            for w in writers
        ]
        while not all(one.done() for one in done):
            for writer in writers:
                writer.replay(desk)
    assert all(one.result().id for one in done)
    for writer in writers:
        writer.replay(desk)
    assert len({key for key, _ in desk.asked}) == 450
    assert files(tmp_path) == []


WRITES = """
import sys
from pathlib import Path
from tests.integration.service.spool.test_spool import entry, spool_in
spool = spool_in(Path(sys.argv[1]))
for number in range(10_000):
    spool.put(entry(f"{sys.argv[2]}-{number}"))
    print(number, flush=True)
"""


def test_what_was_acknowledged_before_a_kill_is_there(tmp_path):
    desk = Desk()
    acknowledged = set()
    for turn in range(5):
        with subprocess.Popen(
            [sys.executable, "-c", WRITES, str(tmp_path / "spool"), str(turn)],
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[4],
            env={**os.environ, "PYTHONPATH": ":".join(filter(None, sys.path))},
            text=True,
        ) as writing:
            for line in writing.stdout:
                acknowledged.add(f"{turn}-{line.strip()}")
                if len(acknowledged) % 40 == 39:
                    writing.send_signal(signal.SIGKILL)
                    break
            acknowledged |= {
                f"{turn}-{line.strip()}" for line in writing.stdout if line[-1] == "\n"
            }
    spool_in(tmp_path / "spool").replay(desk)
    assert len(acknowledged) > 100
    assert acknowledged <= {key for key, _ in desk.asked}


BODY = b'{"product":"credit-card","features":{"limit":200000,"education":"university"}}'


def submission(key, body=BODY, caller="key_1"):
    return read_submission(body, caller=Caller(id=caller, kind="key"), idempotency_key=key)


def away_of(service, directory, submit=None):
    seal = Key(bytes(32))
    return Away(
        spool=Spool(directory, seal=seal, clock=service.clock, new_id=service.new_id),
        products=service.products,
        clock=service.clock,
        submit=submit or service.origination.submit_many,
        find_key=service.keys.get,
        probe=service.database.probe,
    )


@pytest.fixture
def caller_id(service):
    return service.keys.create("tests")[0].id


def test_a_spooled_application_is_answered_with_refer_and_decided_later(
    service, caller_id, tmp_path
):
    away = away_of(service, tmp_path / "spool")
    answer = away.answer(submission("k", caller=caller_id))
    told = json.loads(answer.body)
    assert (answer.status, told["state"], told["decision"]["outcome"]) == (202, "spooled", "refer")
    assert away.answer(submission("k", caller=caller_id)).body == answer.body
    assert (
        away_of(service, tmp_path / "spool").answer(submission("k", caller=caller_id)).body
        == answer.body
    )

    assert away.replay().decided == 2
    assert service.decisions.count() == 1
    decided = service.origination.submit(submission("k", caller=caller_id))
    assert decided.replayed


def test_without_a_key_the_id_of_the_answer_is_the_key(service, caller_id, tmp_path):
    away = away_of(service, tmp_path / "spool")
    told = json.loads(away.answer(submission(None, caller=caller_id)).body)
    away.replay()
    assert service.origination.submit(submission(told["id"], caller=caller_id)).replayed
    assert service.decisions.count() == 1


def test_a_key_cannot_be_used_for_another_body_while_it_is_spooled(service, caller_id, tmp_path):
    away = away_of(service, tmp_path / "spool")
    away.answer(submission("k", caller=caller_id))
    with pytest.raises(IdempotencyKeyReused):
        away.answer(submission("k", BODY.replace(b"200000", b"90000"), caller=caller_id))


def test_what_could_never_be_decided_is_refused_at_once(service, caller_id, tmp_path):
    away = away_of(service, tmp_path / "spool")
    with pytest.raises(ProductNotOffered):
        away.answer(submission("a", BODY.replace(b"credit-card", b"mortgage"), caller=caller_id))
    with pytest.raises(Rejected):
        away.answer(submission("b", BODY.replace(b"200000", b'"much"'), caller=caller_id))
    assert not (tmp_path / "spool").exists()


def test_an_entry_of_a_revoked_key_is_set_aside(service, caller_id, tmp_path):
    away = away_of(service, tmp_path / "spool")
    service.keys.revoke(caller_id)
    time.sleep(0.01)
    away.answer(submission("k", caller=caller_id))
    assert away.replay() == Replayed(refused=1)
    assert service.decisions.count() == 0


class Died(BaseException):
    """The process was killed here."""


def test_dying_between_the_decision_and_forgetting_decides_nothing_twice(
    service, caller_id, tmp_path
):
    def decide_and_die(submissions):
        service.origination.submit_many(submissions)
        raise Died

    away_of(service, tmp_path / "spool").answer(submission("k", caller=caller_id))
    away_of(service, tmp_path / "spool").answer(submission(None, caller=caller_id))
    for _ in range(3):
        with pytest.raises(Died):
            away_of(service, tmp_path / "spool", decide_and_die).replay()
    assert away_of(service, tmp_path / "spool").replay().decided == 2
    assert service.decisions.count() == 2


def test_the_command_lists_and_replays(service, caller_id, tmp_path, monkeypatch):
    told = {
        "VAR_DIR": tmp_path / "var",
        "DATABASE_URL": service.settings.database_url,
        "IDENTITY_KEY": "k" * 32,
        "MASTER_KEY": "m" * 32,
    }
    for name, value in told.items():
        monkeypatch.setenv(f"LOANWRIGHT_{name}", str(value))
    spool = open_spool(Settings(), service.clock)
    never = BODY.replace(b"credit-card", b"mortgage").decode()
    spool.put(entry("k", never, caller_id))
    with pytest.raises(Unavailable):
        spool.replay(Desk(away=True))
    listed = CliRunner().invoke(app, ["spool", "list"])
    assert "waits" in listed.output
    assert CliRunner().invoke(app, ["spool", "replay"]).exit_code == 1
    assert "set aside" in CliRunner().invoke(app, ["spool", "list"]).output
