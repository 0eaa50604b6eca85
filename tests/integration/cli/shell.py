"""Runs the real command as a person does, and the real service beside it."""

import json
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

LOANWRIGHT = [str(Path(sys.executable).with_name("loanwright"))]
PATIENCE = 600


class Shell:
    """A working directory with its own `var/`."""

    def __init__(self, place: Path, *, command=LOANWRIGHT, **environment: str) -> None:
        self.place = place
        self.command = command
        self.environment = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", **environment}

    def run(self, *arguments: object) -> subprocess.CompletedProcess:
        return subprocess.run(
            [*self.command, *map(str, arguments)],
            cwd=self.place,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )

    def succeed(self, *arguments: object) -> str:
        result = self.run(*arguments)
        assert result.returncode == 0, f"{result.stdout}\n{result.stderr}"
        return result.stdout

    @contextmanager
    def serving(self, *arguments: object):
        with subprocess.Popen(
            [*self.command, *map(str, arguments)],
            cwd=self.place,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            try:
                yield Served(process)
            finally:
                process.send_signal(signal.SIGINT)
                try:
                    process.wait(timeout=20)
                except subprocess.TimeoutExpired:
                    process.kill()


class Served:
    """A running service, as it introduced itself."""

    def __init__(self, process: subprocess.Popen) -> None:
        self.process = process
        self.said = []
        self.address = self._wait_for(r"(http://[\d.]+:\d+)")
        self.token = None

    def _wait_for(self, pattern: str) -> str:
        for line in self.process.stdout:
            self.said.append(line)
            found = re.search(pattern, line)
            if found:
                return found.group(1)
        raise AssertionError("".join([*self.said, self.process.stderr.read()]))

    def read_token(self) -> str:
        self.token = self._wait_for(r"(lw_\S+)")
        return self.token

    def send(self, body: object, **headers: str) -> tuple[int, dict]:
        return self.call("/v1/applications", json.dumps(body).encode(), **headers)

    def call(self, path: str, data: bytes | None = None, **headers: str) -> tuple[int, dict]:
        request = urllib.request.Request(self.address + path, data=data)
        request.add_header("Content-Type", "application/json")
        if self.token:
            request.add_header("Authorization", f"Bearer {self.token}")
        for name, value in headers.items():
            request.add_header(name.replace("_", "-"), value)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as problem:
            return problem.code, json.loads(problem.read())
