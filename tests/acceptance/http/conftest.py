"""The real server process on each database."""

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

ROOT = Path(__file__).parents[3]
GOOD = {"product": "credit-card", "features": {"limit": 200_000, "education": "university"}}


@dataclass
class Server:
    """A running server."""

    process: subprocess.Popen[bytes]
    address: str
    token: str
    lines: list[bytes] = field(default_factory=list)

    @property
    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}", "content-type": "application/json"}

    @property
    def place(self) -> tuple[str, int]:
        url = httpx.URL(self.address)
        return url.host, url.port or 80

    def caller(self) -> httpx.Client:
        return httpx.Client(base_url=self.address, headers=self.headers, timeout=30)

    def apply(self, document: Any = GOOD, **headers: str) -> httpx.Response:
        with self.caller() as caller:
            return caller.post("/v1/applications", content=json.dumps(document), headers=headers)

    def _listen(self) -> None:
        assert self.process.stdout is not None
        self.lines.extend(self.process.stdout)


@pytest.fixture
def start(database_url: str, tmp_path: Path) -> Iterator[Callable[[], Server]]:
    """Return what starts the server; all that were started are gone in the end."""
    started: list[subprocess.Popen[bytes]] = []

    def begin() -> Server:
        module = "tests.acceptance.http.plain_server"
        command = [sys.executable, "-m", module, str(tmp_path / "var"), database_url, "0"]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
        started.append(process)
        assert process.stdout is not None
        word, address, token = process.stdout.readline().decode().split()
        assert word == "ready"
        server = Server(process, address, token)
        threading.Thread(target=server._listen, daemon=True).start()
        return server

    yield begin
    for process in started:
        process.kill()
        process.wait(10)
        assert process.stdout is not None
        process.stdout.close()
