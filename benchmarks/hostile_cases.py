"""What is sent: as described, not as described, and what no description knows of."""

import json
import random
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from requests import PreparedRequest, Request
from requests.structures import CaseInsensitiveDict
from schemathesis import Case, GenerationMode

from benchmarks.hostile_bodies import BODIES, CSV, FILE, FILES
from benchmarks.hostile_world import ORIGIN

JSON = "application/json"
TAKE_FILES = ("/v1/batches", "/v1/training-runs")
QUERIES = {
    "/v1/batches": {"product": "credit-card"},
    "/v1/training-runs": {"product": "credit-card"},
    "/v1/applicants/{applicant_id}/profile": {"product": "credit-card"},
    "/check_state": {"job_id": "?"},
    "/get_result": {"job_id": "?"},
}
NUMBERS = (
    b"NaN",
    b"-Infinity",
    b"1e400",
    b"-0.0",
    b"5e-324",
    b"1" + b"0" * 30,
    b"9" * 5_000,
    b"9223372036854775808",
    b"-9223372036854775809",
    b"2147483648",
)
TEXTS = (
    b'"\\u0000"',
    b'"\\ud800"',
    b'"\xff\xfe"',
    b'"\xc0\xaf"',
    b'"' + b"x" * 1_000_000 + b'"',
    b'"' + "‮ﷺ👩‍👩‍👧".encode() * 50 + b'"',
    b'"\'; DROP TABLE decisions;--"',
    b'"0001-01-01T00:00:00+14:00"',
    b'"9999-12-31T23:59:59-14:00"',
    b'"9999-12-31"',
)
OTHERS = (b"true", b"null", b"[]", b"{}", b"[" * 100_000, b"[" * 900 + b"]" * 900, b"\x00")
HOSTILE = (*NUMBERS, *TEXTS, *OTHERS)
MARK = "\u0001mark\u0001"


@dataclass(frozen=True, kw_only=True)
class Hostile:
    """Something to be sent to an operation.

    Attributes
    ----------
    real
        Whether it names real things where it names things.
    good
        Whether the body that is good is sent, spoiled in a way that `spoiled` decides, if at all.
    file
        Kind and content of a file that is sent instead.
    """

    case: Case
    mode: str
    real: bool
    good: bool = False
    spoiled: int | None = None
    file: tuple[str, bytes] | None = None

    @property
    def operation(self) -> tuple[str, str]:
        """Return the method and the path as described."""
        return self.case.method, self.case.path

    def prepare(self, known: Mapping[str, Any], headers: Mapping[str, str]) -> PreparedRequest:
        """Return the request of somebody who is known by these headers, if by any."""
        case = _about(self.case, known) if self.real else self.case
        told = case.as_transport_kwargs(base_url=ORIGIN)
        arguments = {name: told.get(name) for name in TAKEN}
        stated = dict(arguments["headers"] or {})
        if headers:
            # Whoever is known comes with nothing but what makes them known.
            arguments["cookies"] = None
            stated = {n: v for n, v in stated.items() if n.lower() not in CREDENTIALS}
        kind, content = self._content(known)
        if content is not None:
            arguments |= {"data": content, "json": None, "files": None}
            stated["content-type"] = kind
        return Request(**{**arguments, "headers": {**stated, **headers}}).prepare()

    def _content(self, known: Mapping[str, Any]) -> tuple[str, bytes | None]:
        if self.file is not None:
            return self.file
        if not self.good:
            return "", None
        body = _filled_in(BODIES[self.operation], known)
        if self.spoiled is None:
            return JSON, json.dumps(body).encode()
        chance = random.Random(self.spoiled)
        return JSON, chance.choice(WAYS)(body, chance)


CREDENTIALS = {"authorization", "x-api-key", "cookie", "x-csrf-token", "origin"}
TAKEN = ("method", "url", "headers", "params", "cookies", "json", "data", "files")


def draw(operation: Any, mode: GenerationMode, *, number: int, salt: int) -> list[Hostile]:
    """Return cases of one operation; every second one is about real things."""
    found: list[Case] = []

    @seed(salt)
    @settings(
        max_examples=number,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(data=st.data())
    def collect(data: st.DataObject) -> None:
        found.append(data.draw(operation.as_strategy(generation_mode=mode)))

    # What takes nothing cannot be asked for anything but what is described.
    with suppress(Unsatisfiable):
        collect()
    return [
        Hostile(case=case, mode=mode.value, real=place % 2 == 0)
        for place, case in enumerate(found[:number])
    ]


def good(operation: Any, method: str, path: str) -> Hostile:
    """Return what should be taken."""
    named = re.findall(r"{(\w+)}", path)
    case = Case(
        operation=operation,
        method=method.upper(),
        path=path,
        path_parameters=dict.fromkeys(named, "?"),
        headers=CaseInsensitiveDict({"if-match": '"1"'}),
        query={} if method == "get" and path in TAKE_FILES else QUERIES.get(path, {}),
    )
    file = (CSV, FILE) if method == "post" and path in TAKE_FILES else None
    return Hostile(case=case, mode="good", real=True, good=case_key(case) in BODIES, file=file)


def case_key(case: Case) -> tuple[str, str]:
    """Return the method and the path of a case."""
    return case.method, case.path


def spoil(one: Hostile, *, number: int, salt: int) -> list[Hostile]:
    """Return what is good with bodies that no description would give."""
    if one.file is not None:
        return [replace(one, mode="raw", file=file) for file in FILES]
    if not one.good:
        return []
    return [replace(one, mode="raw", spoiled=1_000 * salt + place) for place in range(number)]


def _about(case: Case, known: Mapping[str, Any]) -> Case:
    """Return a case that names real things wherever it names things of that kind."""
    return Case(
        operation=case.operation,
        method=case.method,
        path=case.path,
        path_parameters={
            name: known.get(name, value) for name, value in _items(case, "path_parameters")
        },
        headers=CaseInsensitiveDict(
            {name: known.get(name, value) for name, value in _items(case, "headers")}
        ),
        cookies=case.cookies,
        query={name: known.get(name, value) for name, value in _items(case, "query")},
        body=_named(case.body, known),
        media_type=case.media_type,
    )


def _items(case: Case, part: str) -> list[tuple[str, Any]]:
    return list((getattr(case, part) or {}).items())


def _named(part: Any, known: Mapping[str, Any]) -> Any:
    if isinstance(part, list):
        return [_named(one, known) for one in part]
    if not isinstance(part, dict):
        return part
    return {name: known.get(name, _named(value, known)) for name, value in part.items()}


def _filled_in(part: Any, known: Mapping[str, Any]) -> Any:
    if isinstance(part, str):
        return re.sub(r"{(\w+)}", lambda found: str(known[found[1]]), part)
    if isinstance(part, list):
        return [_filled_in(one, known) for one in part]
    if not isinstance(part, dict):
        return part
    return {name: _filled_in(value, known) for name, value in part.items()}


def _exchange(body: dict[str, Any], chance: random.Random) -> bytes:
    """Put something hostile in the place of a value, however deep."""
    whole = json.loads(json.dumps(body))
    places = list(_places(whole))
    fragment = chance.choice(HOSTILE)
    if not places:
        return fragment
    inside, name = chance.choice(places)
    inside[name] = MARK
    return json.dumps(whole).encode().replace(json.dumps(MARK).encode(), fragment)


def _places(part: Any) -> Any:
    entries = part.items() if isinstance(part, dict) else enumerate(part)
    for name, value in entries:
        yield part, name
        if isinstance(value, dict | list):
            yield from _places(value)


def _double(body: dict[str, Any], chance: random.Random) -> bytes:
    """Say one thing twice."""
    name = chance.choice([*body, "id"])
    once = f"{json.dumps(name)}:{json.dumps(body.get(name))}"
    return f"{{{once},{once}}}".encode()


def _add(body: dict[str, Any], chance: random.Random) -> bytes:
    """Say more than was asked for."""
    more = chance.choice(["id", "role", "status", "permissions", "manager_id", "__proto__", ""])
    return json.dumps({**body, more: "admin"}).encode()


def _cut(body: dict[str, Any], chance: random.Random) -> bytes:
    whole = json.dumps(body).encode()
    return whole[: chance.randrange(len(whole))]


def _garble(body: dict[str, Any], chance: random.Random) -> bytes:
    whole = bytearray(json.dumps(body).encode())
    for _ in range(3):
        whole[chance.randrange(len(whole))] = chance.randrange(256)
    return bytes(whole)


def _recode(body: dict[str, Any], chance: random.Random) -> bytes:
    return json.dumps(body).encode(chance.choice(["utf-16", "utf-32", "utf-8-sig"]))


WAYS: tuple[Callable[[dict[str, Any], random.Random], bytes], ...] = (
    *(_exchange,) * 6,
    _double,
    _add,
    _cut,
    _garble,
    _recode,
)
