"""Writes the reference pages from the code: `make docs`."""

from collections.abc import Callable, Iterator
from typing import Any

from tests.docs import http_reference
from tests.docs.repository import DOCS
from typer.main import get_command

REFERENCE = DOCS / "reference"
MADE = "This page is made by `make docs`; the tests compare it with the code."


def write_cli() -> str:
    """Return the reference of the command line."""
    from loanwright.cli.main import app

    lines = [
        "# Command line",
        "",
        MADE,
        "",
        "Results go to standard output, progress and remarks to standard error. Exit codes: 0 all"
        " went well; 1 something failed, or a check found something; 2 the command was used"
        " wrongly.",
        "",
        "Commands that open the database read the [settings](settings.md).",
    ]
    for path, command in sorted(_commands(get_command(app), "loanwright")):
        lines += ["", f"## {path}", "", _help_of(command), "", "```", _usage(path, command), "```"]
        lines += _parameter_table(command)
    return "\n".join(lines) + "\n"


def _commands(command: Any, path: str) -> Iterator[tuple[str, Any]]:
    children = getattr(command, "commands", {})
    if not children:
        yield path, command
    for name, child in children.items():
        yield from _commands(child, f"{path} {name}")


def _help_of(command: Any) -> str:
    paragraphs = (command.help or "").split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def _usage(path: str, command: Any) -> str:
    arguments = [one for one in command.params if one.param_type_name == "argument"]
    names = [one.name.upper() if one.required else f"[{one.name.upper()}]" for one in arguments]
    options = ["[OPTIONS]"] if len(command.params) > len(arguments) else []
    return " ".join([path, *options, *names])


def _parameter_table(command: Any) -> list[str]:
    rows = []
    for parameter in command.params:
        names = (
            parameter.opts if parameter.param_type_name == "option" else [parameter.name.upper()]
        )
        shown = ", ".join(f"`{name}`" for name in [*names, *parameter.secondary_opts])
        default = parameter.default
        plain = default is None or default is False or callable(default) or parameter.required
        rows.append(f"| {shown} | {'' if plain else f'`{default}`'} | {parameter.help or ''} |")
    if not rows:
        return []
    return ["", "| Parameter | Default | Meaning |", "|---|---|---|", *rows]


def write_settings() -> str:
    """Return the reference of the settings."""
    from loanwright.service.settings import Settings

    lines = [
        "# Settings",
        "",
        MADE,
        "",
        "A setting is read from the environment (`LOANWRIGHT_…`), else from `loanwright.toml` in"
        " the working directory (its name in lower case, without the prefix), else it has its"
        " default. An unknown name in the file is refused.",
        "",
        "| Environment | In the file | Default | Meaning |",
        "|---|---|---|---|",
    ]
    for name, field in Settings.model_fields.items():
        default = field.get_default()
        unsaid = field.default_factory or default is None or default == ()
        shown = "" if unsaid else f"`{_plain(default)}`"
        meaning = (field.description or "").replace("|", "\\|")
        lines.append(f"| `LOANWRIGHT_{name.upper()}` | `{name}` | {shown} | {meaning} |")
    return "\n".join(lines) + "\n"


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)


def write_metrics() -> str:
    """Return the reference of the figures for Prometheus."""
    from loanwright.service.health.figures import Figures
    from loanwright.service.telemetry.metrics import Metrics

    metrics = Metrics()
    figures = Figures(
        connections=lambda: (0, 0),
        jobs=dict,
        outbox=lambda: (0, None),
        models=tuple,
        spool=lambda: (0, 0),
    )
    metrics.watch(figures.read)
    lines = [
        "# Metrics",
        "",
        MADE,
        "",
        "`GET /metrics` gives them in the text format of Prometheus; see"
        " [Observe](../howto/observe.md). Beside them stand the figures of the process"
        " (`process_…`). No label names a person: products, segments, outcomes, states, templates"
        " of addresses.",
        "",
        "| Metric | Kind | Labels | Meaning |",
        "|---|---|---|---|",
    ]
    for family in sorted(metrics.registry.collect(), key=lambda one: one.name):
        if family.name.startswith("loanwright_"):
            labels = ", ".join(f"`{name}`" for name in labels_of(metrics, family.name))
            name = family.name + {"counter": "_total", "info": "_info"}.get(family.type, "")
            lines.append(f"| `{name}` | {family.type} | {labels} | {family.documentation} |")
    return "\n".join(lines) + "\n"


def labels_of(metrics: Any, name: str) -> tuple[str, ...]:
    """Return the labels of a metric."""
    collector = metrics.registry._names_to_collectors.get(name)
    asked = {"loanwright_jobs": ("state",)}
    asked["loanwright_model"] = ("product", "segment", "hash", "family")
    return asked.get(name) or getattr(collector, "_labelnames", ())


def write_permissions() -> str:
    """Return the reference of what can be permitted, and to whom it is."""
    from loanwright.service.users.permissions import PERMISSIONS, ROLES, Role

    lines = [
        "# Permissions",
        "",
        MADE,
        "",
        "A user may do what the role may; an API key what its scopes say, and these are the same"
        " words. How roles are given and what each one reaches: [users and roles]"
        "(../howto/users-and-roles.md). What is asked for must also be in reach.",
        "",
        f"| Permission | Allows | {' | '.join(Role)} |",
        f"|---|---|{'---|' * len(Role)}",
    ]
    for name, meaning in PERMISSIONS.items():
        given = ["yes" if name in ROLES[role] else "" for role in Role]
        lines.append(f"| `{name}` | {meaning} | {' | '.join(given)} |")
    return "\n".join(lines) + "\n"


def write_events() -> str:
    """Return the reference of what a webhook can be told of."""
    from loanwright.service.audit.actions import ACTIONS

    lines = [
        "# Events",
        "",
        MADE,
        "",
        "What the audit log records, and what a [webhook](../howto/webhooks.md) can be told of. `*`"
        " stands for all of them.",
        "",
        "| Event | What happened |",
        "|---|---|",
        *(f"| `{name}` | {meaning} |" for name, meaning in ACTIONS.items()),
    ]
    return "\n".join(lines) + "\n"


def write_law_packs() -> str:
    """Return the reference of the law packs."""
    from loanwright.law.packs import bundled_packs

    lines = [
        "# Law packs",
        "",
        MADE,
        "",
        "Not legal advice. *Read* says whether the words of the law were read; where it says no,"
        " counsel has to confirm what stands in the pack.",
        "[What a law pack is](../explanation/law-packs.md).",
    ]
    for pack in bundled_packs():
        until = "" if pack.valid_until is None else f" until {pack.valid_until}"
        lines += ["", f"## {pack.code}", "", f"{pack.title.en}, from {pack.valid_from}{until}."]
        lines += ["", pack.note.en, ""]
        lines += [
            "| Duty | Asks | Source | Clock | Read | What was read |",
            "|---|---|---|---|---|---|",
        ]
        for one in pack.duties:
            clock = one.deadline
            time = "" if clock is None else f"{clock.event}: {clock.in_language('en')}"
            read = "yes" if one.verified else "**no**"
            cells = (f"`{one.code}`", one.asks.en, one.source.en, time, read, one.checked)
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


PAGES: dict[str, Callable[[], str]] = {
    "permissions.md": write_permissions,
    "events.md": write_events,
    "cli.md": write_cli,
    "settings.md": write_settings,
    "metrics.md": write_metrics,
    "law-packs.md": write_law_packs,
    "openapi.json": http_reference.write_openapi,
    "errors.md": http_reference.write_errors,
}


def main() -> None:
    """Write every page."""
    REFERENCE.mkdir(parents=True, exist_ok=True)
    for name, write in PAGES.items():
        (REFERENCE / name).write_text(write(), encoding="utf-8")
        print(f"docs/reference/{name}")


if __name__ == "__main__":
    main()
