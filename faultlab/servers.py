"""A PostgreSQL cluster and a RabbitMQ node of our own, which may be killed at any moment."""

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import psycopg

RABBITMQ_HOME = Path("/usr/lib/rabbitmq")
POSTGRESQL_HOME = Path("/usr/lib/postgresql")
PORTS = range(12_000, 30_000)
START_SECONDS = 60.0
RACE_SECONDS = 10.0
EPMD_STOP_SECONDS = 10


class PartMissing(Exception):
    """Something the laboratory needs is not on this machine."""


def free_port() -> int:
    """Return a port that nobody listens on now.

    Below those that outgoing connections are given: while a server is dead, whoever calls its port
    could otherwise be given that very port, and hold it.
    """
    while True:
        port = PORTS.start + secrets.randbelow(len(PORTS))
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


def wait_until(condition: Callable[[], bool], seconds: float, what: str) -> float:
    """Wait for a condition, and return for how long; fail when it takes too long."""
    began = time.monotonic()
    while not condition():
        if time.monotonic() - began > seconds:
            raise TimeoutError(f"{what} took longer than {seconds:g} s")
        time.sleep(0.05)
    return time.monotonic() - began


def answers(port: int) -> bool:
    """Tell whether somebody accepts connections there."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def children_of(pid: int) -> list[int]:
    """Return the processes whose parent this is."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, IndexError, ValueError):
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                if int(fields[1]) == pid:
                    found.append(int(entry.name))
    return found


def kill_now(pids: list[int]) -> None:
    """Send SIGKILL to each of these, whoever is still there."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


class PostgreSQL:
    """A cluster in a directory of its own, durable as in production."""

    def __init__(self, directory: Path) -> None:
        self._bin = find_postgresql()
        self._root = directory / "postgresql"
        self._data = self._root / "data"
        self._process: subprocess.Popen[bytes] | None = None
        self._as_user = "postgres" if os.geteuid() == 0 else None
        self.port = free_port()

    def url(self, port: int | None = None, database: str = "postgres") -> str:
        """Return its address, or the address of a proxy before it."""
        return f"postgresql+psycopg://lab@127.0.0.1:{port or self.port}/{database}"

    def create(self) -> None:
        """Make the cluster."""
        self._root.mkdir(parents=True)
        if self._as_user is not None:
            shutil.chown(self._root, self._as_user)
            open_path(self._root)
        command = [str(self._bin / "initdb"), "-D", str(self._data), "-U", "lab", "-A", "trust"]
        self._call([*command, "-k", "-E", "UTF8", "--locale=C", "--no-instructions"])

    def start(self, seconds: float = START_SECONDS) -> float:
        """Start the server; return after how many seconds it answered."""
        began = time.monotonic()
        while True:
            self._process = self._begin()
            if self._answered(seconds - (time.monotonic() - began)):
                return time.monotonic() - began
            # Right after a kill the file that names the dead process still stands in the way.
            if time.monotonic() - began > RACE_SECONDS:
                raise TimeoutError("PostgreSQL does not start; see its log")
            time.sleep(0.2)

    def kill(self) -> int:
        """Kill the postmaster and all its backends at once; return how many that were."""
        if self._process is None:
            return 0
        pids = [self._process.pid, *children_of(self._process.pid)]
        kill_now(pids)
        self._process.wait(10)
        self._process = None
        return len(pids)

    def stop(self) -> None:
        """Stop it, cleanly where that is possible."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self.kill()
        self._process = None

    def create_database(self, name: str) -> None:
        """Create an empty database."""
        with self.connect() as connection:
            connection.execute(f"CREATE DATABASE {name}")

    def connect(self, database: str = "postgres") -> "psycopg.Connection[tuple[object, ...]]":
        """Connect, past every proxy."""
        return psycopg.connect(
            f"host=127.0.0.1 port={self.port} user=lab dbname={database} connect_timeout=3",
            autocommit=True,
        )

    def _begin(self) -> "subprocess.Popen[bytes]":
        told = {
            "port": self.port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "max_connections": 200,
            "fsync": "on",
            "synchronous_commit": "on",
            "full_page_writes": "on",
            "log_min_messages": "warning",
        }
        options = [part for name, value in told.items() for part in ("-c", f"{name}={value}")]
        with (self._root / "server.log").open("ab") as log:
            return subprocess.Popen(
                [str(self._bin / "postgres"), "-D", str(self._data), *options],
                stdout=log,
                stderr=subprocess.STDOUT,
                user=self._as_user,
                cwd=self._root,
                start_new_session=True,
            )

    def _answered(self, seconds: float) -> bool:
        until = time.monotonic() + seconds
        while time.monotonic() < until and self._process and self._process.poll() is None:
            with contextlib.suppress(psycopg.OperationalError), self.connect():
                return True
            time.sleep(0.05)
        return False

    def _call(self, command: list[str]) -> None:
        subprocess.run(command, check=True, capture_output=True, user=self._as_user, cwd=self._root)


class RabbitMQ:
    """A node with a name, ports, a cookie and a port mapper of its own."""

    def __init__(self, directory: Path) -> None:
        self._server, self._epmd = find_rabbitmq()
        self._root = directory / "rabbitmq"
        self._process: subprocess.Popen[bytes] | None = None
        self._name = f"lab{secrets.token_hex(4)}@localhost"
        self.port, self._distribution, self._mapper = free_port(), free_port(), free_port()

    def url(self, port: int | None = None) -> str:
        """Return its address, or the address of a proxy before it."""
        return f"amqp://guest:guest@127.0.0.1:{port or self.port}/"

    def create(self) -> None:
        """Write what it is told."""
        self._root.mkdir(parents=True)
        cookie = self._root / ".erlang.cookie"
        cookie.write_text(secrets.token_hex(16))
        cookie.chmod(0o400)
        (self._root / "enabled_plugins").write_text("[].\n")
        told = ["log.file.level = warning", "disk_free_limit.absolute = 50MB"]
        (self._root / "rabbitmq.conf").write_text("\n".join(told) + "\n")

    def start(self, seconds: float = START_SECONDS) -> float:
        """Start the node; return after how many seconds it answered."""
        began = time.monotonic()
        with (self._root / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(self._server)],
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self._environment(),
                cwd=self._root,
                start_new_session=True,
            )
        wait_until(lambda: answers(self.port), seconds, "the start of RabbitMQ")
        return time.monotonic() - began

    def kill(self) -> int:
        """Kill the node and whatever it started, at once."""
        if self._process is None:
            return 0
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(10)
        self._process = None
        wait_until(lambda: not answers(self.port), 10, "the end of RabbitMQ")
        return 1

    def stop(self) -> None:
        """Stop the node and its port mapper."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()
            self._process = None
        command = [str(self._epmd), "-port", str(self._mapper), "-kill"]
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            subprocess.run(
                command,
                capture_output=True,
                check=False,
                timeout=EPMD_STOP_SECONDS,
                env=self._environment(),
            )

    def _environment(self) -> dict[str, str]:
        root = str(self._root)
        return {
            "PATH": os.environ["PATH"],
            "HOME": root,
            "LANG": "C.UTF-8",
            "ERL_EPMD_PORT": str(self._mapper),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_RELAXED_COMMAND_CHECK": "true",
            "RABBITMQ_NODENAME": self._name,
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(self._distribution),
            "RABBITMQ_MNESIA_BASE": f"{root}/data",
            "RABBITMQ_LOG_BASE": f"{root}/logs",
            "RABBITMQ_PID_FILE": f"{root}/pid",
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{root}/enabled_plugins",
            "RABBITMQ_CONFIG_FILE": f"{root}/rabbitmq",
            "RABBITMQ_CONF_ENV_FILE": f"{root}/none",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 1:1 +sbwt none",
        }


def find_postgresql() -> Path:
    """Return the directory of PostgreSQL's programs, the newest version."""
    found = sorted(POSTGRESQL_HOME.glob("*/bin/initdb"), key=lambda one: float(one.parts[-3]))
    if found:
        return found[-1].parent
    named = shutil.which("initdb")
    if named is None:
        raise PartMissing("PostgreSQL's initdb is not on this machine")
    return Path(named).resolve().parent


def find_rabbitmq() -> tuple[Path, Path]:
    """Return RabbitMQ's server program and Erlang's port mapper."""
    server, mapper = RABBITMQ_HOME / "bin" / "rabbitmq-server", shutil.which("epmd")
    if not server.exists():
        raise PartMissing("RabbitMQ's server is not on this machine")
    if mapper is None:
        raise PartMissing("Erlang's epmd is not on this machine")
    return server, Path(mapper)


def open_path(directory: Path) -> None:
    """Let other users pass through the directories that lead here."""
    for parent in directory.parents:
        if parent.stat().st_uid == os.geteuid() and parent != Path("/"):
            parent.chmod(parent.stat().st_mode | 0o111)
