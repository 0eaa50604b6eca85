"""`loanwright health`: asks a running service, for whoever restarts what does not answer."""

from typing import Annotated

import typer

from loanwright.cli.console import say
from loanwright.cli.failures import fail

SECONDS = 3.0


def health(
    url: Annotated[
        str | None, typer.Option(help="Address to ask, instead of this machine's /health/live.")
    ] = None,
    ready: Annotated[
        bool, typer.Option("--ready", help="Ask whether it can decide, not only whether it lives.")
    ] = False,
) -> None:
    """Ask a running service or worker whether it is well; exit code 1 when it is not."""
    import urllib.error
    import urllib.request

    asked = url or _own(ready)
    if not asked.startswith(("http://", "https://")):
        raise typer.BadParameter("an address begins with http:// or https://")
    try:
        with urllib.request.urlopen(asked, timeout=SECONDS) as answer:  # noqa: S310
            say(f"{asked} answers {answer.status}.")
    except urllib.error.HTTPError as refusal:
        refusal.close()
        raise fail(f"{asked} answers {refusal.code}.") from refusal
    except OSError as failure:
        reason = getattr(failure, "reason", failure)
        raise fail(f"{asked} does not answer ({type(reason).__name__}).") from failure


def _own(ready: bool) -> str:
    from loanwright.cli.opening import read_settings

    settings = read_settings()
    everywhere = settings.host in {"0.0.0.0", "::"}  # noqa: S104
    host = "127.0.0.1" if everywhere else settings.host
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{settings.port}/health/{'ready' if ready else 'live'}"
