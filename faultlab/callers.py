"""Callers: they come at a steady rate, whatever happens, and repeat what was left in doubt."""

import asyncio
import hashlib
import json
import random
import threading
import time
from collections.abc import Sequence

import httpx

from faultlab.history import History, Mode

EDUCATIONS = ("graduate_school", "university", "high_school", "other")
PATIENCE_SECONDS = 90.0
REPEATED_AT_ONCE = 0.05
PAUSES = (0.1, 0.6)
MOST_UNDER_WAY = 400


class Callers:
    """Sends applications to be decided now and later, in a thread of its own."""

    def __init__(
        self,
        ports: Sequence[int],
        token: str,
        history: History,
        *,
        seed: int,
        now: float,
        later: float,
    ) -> None:
        self._ports = ports
        self._token = token
        self._history = history
        self._random = random.Random(seed)
        self._seed = seed
        self._rates: dict[Mode, float] = {"now": now, "later": later}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="callers", daemon=True)
        self._under_way = 0
        self.turned_away = 0
        self.seconds = 0.0

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Send nothing new, wait until each has its answer or has given up."""
        self._stopping.set()
        self._thread.join(PATIENCE_SECONDS + 30)

    def _run(self) -> None:
        asyncio.run(self._all())

    async def _all(self) -> None:
        limits = httpx.Limits(max_connections=MOST_UNDER_WAY, max_keepalive_connections=40)
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        began = time.monotonic()
        async with httpx.AsyncClient(timeout=10, limits=limits, headers=headers) as client:
            await asyncio.gather(*(self._steadily(client, mode) for mode in self._rates))
        self.seconds = time.monotonic() - began

    async def _steadily(self, client: httpx.AsyncClient, mode: Mode) -> None:
        rate, number, tasks = self._rates[mode], 0, set()
        began = time.monotonic()
        while not self._stopping.is_set():
            due = began + number / rate if rate else began + 3600
            await asyncio.sleep(min(0.2, max(0.0, due - time.monotonic())))
            if time.monotonic() < due:
                continue
            number += 1
            if self._under_way >= MOST_UNDER_WAY:
                self.turned_away += 1
                continue
            task = asyncio.create_task(self._one(client, mode, f"{self._seed}-{mode}-{number}"))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        if tasks:
            await asyncio.wait(tasks)

    async def _one(self, client: httpx.AsyncClient, mode: Mode, key: str) -> None:
        self._under_way += 1
        body = self._body()
        self._history.add("invoke", mode, key, body=body)
        until = time.monotonic() + PATIENCE_SECONDS
        try:
            while time.monotonic() < until:
                if await self._attempt(client, mode, key, body):
                    break
                await asyncio.sleep(self._random.uniform(*PAUSES))
            if self._random.random() < REPEATED_AT_ONCE:
                await self._attempt(client, mode, key, body)
        finally:
            self._under_way -= 1

    async def _attempt(self, client: httpx.AsyncClient, mode: Mode, key: str, body: str) -> bool:
        url = f"http://127.0.0.1:{self._random.choice(self._ports)}/v1/applications"
        headers = {"Idempotency-Key": key}
        if mode == "later":
            headers["Prefer"] = "respond-async"
        try:
            answer = await client.post(url, content=body, headers=headers)
        except httpx.HTTPError as trouble:
            self._history.add("info", mode, key, found=type(trouble).__name__)
            return False
        return record(self._history, mode, key, answer)

    def _body(self) -> str:
        limit = self._random.randrange(10_000, 800_000, 10_000)
        features = {"limit": limit, "education": self._random.choice(EDUCATIONS)}
        document: dict[str, object] = {"product": "credit-card", "features": features}
        if self._random.random() < 0.5:
            document["applicant"] = {"document_number": f"D{self._random.randrange(5_000)}"}
        return json.dumps(document)


def record(history: History, mode: Mode, key: str, answer: httpx.Response) -> bool:
    """Write down how an attempt ended; tell whether that is certain."""
    status = answer.status_code
    if status in (201, 202):
        told = answer.json()
        found = told["decision"]["id"] if status == 201 else told["id"]
        history.add("ok", mode, key, status=status, digest=digest_of(mode, answer), found=found)
        return True
    if status < 500:
        history.add("fail", mode, key, status=status, found=answer.json().get("code", ""))
        return True
    history.add("info", mode, key, status=status)
    return False


def digest_of(mode: Mode, answer: httpx.Response) -> str:
    """Return what must be the same for the same key: all of a decision, of a job its id."""
    content = answer.content if mode == "now" else answer.json()["id"].encode()
    return hashlib.sha256(content).hexdigest()
