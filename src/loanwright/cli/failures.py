"""Foreseeable trouble as one clear sentence and an exit code, never as a traceback."""

from typing import Any

import typer
from typer.core import TyperGroup

from loanwright.errors import LoanwrightError

FAILED = 1

REMEDIES = {
    "no_champion": "Train a model (loanwright train) and start with loanwright serve.",
    "no_policy": "Start once with loanwright serve --product FILE: it publishes the policy.",
    "product_unknown": "Name a bundled product, or give the path of a product file.",
    "database_unavailable": "See what is wrong with: loanwright doctor",
    "package_refused": "Train it again (loanwright train), or restore it from a backup.",
}

EXTRAS = {
    "service": {"alembic", "fastapi", "msgspec", "pydantic", "pydantic_settings", "sqlalchemy"}
    | {"uvicorn", "structlog", "jinja2", "babel", "limits"},
    "otel": {"opentelemetry"},
    "sso": {"authlib", "joserfc"},
    "cluster": {"dask", "distributed"},
    "train": {"lightgbm", "optuna", "polars", "scipy", "sklearn", "yaml"},
}


class CommandFailed(LoanwrightError):
    """{sentence}"""  # noqa: D400


def fail(sentence: str) -> CommandFailed:
    """Return the failure that ends a command with this sentence."""
    return CommandFailed(sentence=sentence)


class PlainFailures(TyperGroup):
    """A group of commands that says in a sentence what went wrong."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command; turn foreseeable trouble into a sentence and exit code 1."""
        try:
            return super().invoke(ctx)
        except LoanwrightError as problem:
            _stop(_sentence(problem), REMEDIES.get(problem.code))
        except ModuleNotFoundError as missing:
            _stop(*_missing_extra(missing))
        except BrokenPipeError:
            raise typer.Exit(FAILED) from None
        except OSError as problem:
            _stop(_what_failed(problem))


def _sentence(problem: LoanwrightError) -> str:
    errors = problem.facts.get("errors", ())
    told = [f"{one.field}: {one.message}" for one in errors if hasattr(one, "field")]
    return "; ".join(told) or str(problem)


def _stop(sentence: str, remedy: str | None = None) -> None:
    typer.echo(f"Error: {sentence}", err=True)
    if remedy:
        typer.echo(remedy, err=True)
    raise typer.Exit(FAILED) from None


def _missing_extra(missing: ModuleNotFoundError) -> tuple[str, str | None]:
    name = (missing.name or "").split(".")[0]
    for extra, modules in EXTRAS.items():
        if name in modules:
            return (
                f"This needs the package {name}, which is not installed.",
                f"Install Loanwright with its extra: pip install 'loanwright[{extra}]'",
            )
    raise missing


def _what_failed(problem: OSError) -> str:
    reason = problem.strerror or str(problem)
    return f"{problem.filename}: {reason}." if problem.filename else f"{reason}."
