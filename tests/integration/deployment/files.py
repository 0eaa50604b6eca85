"""What the files of a deployment say."""

import json
import re
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[3]
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: one for name, one in SERVICES.items() if one["image"].startswith("loanwright")}
WORKFLOWS = {
    path.name: yaml.safe_load(path.read_text())
    for path in sorted((ROOT / ".github" / "workflows").glob("*.yml"))
}


def instructions() -> list[tuple[str, str]]:
    """Return the instructions of the Dockerfile, continued lines joined."""
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    joined = re.sub(r"\\\n\s*", "", "\n".join(one for one in lines if not one.startswith("#")))
    return [tuple(one.split(maxsplit=1)) for one in joined.splitlines() if one.strip()]


def stages() -> dict[str, list[tuple[str, str]]]:
    """Return the instructions of each stage of the Dockerfile."""
    found: dict[str, list[tuple[str, str]]] = {}
    name = ""
    for word, rest in instructions():
        if word == "FROM":
            name = rest.split()[-1]
        found.setdefault(name, []).append((word, rest))
    return found


def exec_form(word: str) -> list[str]:
    """Return the command that the image runs by itself: CMD, or that of HEALTHCHECK."""
    for name, rest in stages()["runtime"]:
        if name == word:
            return json.loads(rest[rest.index("[") :])
    raise LookupError(word)
