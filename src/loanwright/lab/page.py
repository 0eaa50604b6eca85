"""A small read-only page of runs, for machines without MLflow's own."""

from collections.abc import Mapping, Sequence
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from loanwright.lab.record import list_records, read_record

STYLE: Final = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem;"
    "color:#1c1c1c;background:#fff}table{border-collapse:collapse;margin:1rem 0}"
    "h1{overflow-wrap:anywhere}.wide{overflow-x:auto}"
    "th,td{text-align:left;padding:.3rem .9rem .3rem 0;border-bottom:1px solid #ddd}"
    "td.number{text-align:right;font-variant-numeric:tabular-nums}a{color:#0b57a4}"
    "@media(prefers-color-scheme:dark){body{color:#eee;background:#161616}a{color:#8ab4f8}"
    "th,td{border-color:#444}}"
)


def serve_page(directory: Path, *, port: int) -> ThreadingHTTPServer:
    """Return a server of the page on 127.0.0.1; ``serve_forever`` starts it.

    Parameters
    ----------
    directory
        Of all experiments.
    port
        0 takes a free one.
    """

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = answer(directory, urlsplit(self.path).path)
            self.send_response(HTTPStatus.OK if body else HTTPStatus.NOT_FOUND)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header(
                "Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"
            )
            self.end_headers()
            self.wfile.write((body or _page("Not found", "<p>There is no such run.</p>")).encode())

        def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002
            """Say nothing: the page is for one person."""

    return ThreadingHTTPServer(("127.0.0.1", port), Page)


def answer(directory: Path, path: str) -> str | None:
    """Return the page of this path, or None where there is none."""
    if path == "/":
        return _page("Experiments", _runs(directory))
    wanted = unquote(path).strip("/")
    # Only a name from the list is opened, so that no path leads out of the directory.
    for file in list_records(directory):
        if wanted == f"{file.parent.name}/{file.stem}":
            return _page(wanted, run_page(read_record(file)))
    return None


def _runs(directory: Path) -> str:
    rows = []
    for file in list_records(directory):
        record = read_record(file)
        link = f"{file.parent.name}/{file.stem}"
        chosen = [f"{name}: {one['chosen']}" for name, one in record["comparisons"].items()]
        rows.append(
            [
                f'<a href="/{escape(link)}">{escape(file.parent.name)}</a>',
                escape(record["started"][:19].replace("T", " ")),
                "finished" if record["finished"] else "not finished",
                escape(", ".join(chosen)),
                str(len(record["trials"])),
            ]
        )
    if not rows:
        return (
            "<p>No run yet: <code>loanwright train</code> or <code>loanwright lab run</code>.</p>"
        )
    return _table(("experiment", "began (UTC)", "state", "chosen", "trials"), rows)


def run_page(record: Mapping[str, Any]) -> str:
    """Return the body of one run's page."""
    parts = ['<p><a href="/">All runs</a></p>']
    for segment, comparison in record["comparisons"].items():
        parts += [
            f"<h2>{escape(segment)}</h2>",
            f"<p>Chosen: <b>{escape(comparison['chosen'])}</b>, {escape(comparison['rule'])}.</p>",
            _table(
                ("family", comparison["metric"], "± SD", "behind the best", "p", "seconds"),
                [_family_row(row) for row in comparison["families"]],
            ),
        ]
        skipped = [
            f"<li>{escape(one['family'])}: {escape(one['why'])}; {escape(one['remedy'])}</li>"
            for one in comparison["skipped"]
        ]
        parts += ["<p>Skipped:</p><ul>", *skipped, "</ul>"] if skipped else []
    if record["trials"]:
        rows = [_trial_row(trial) for trial in record["trials"]]
        parts += [
            "<h2>Trials</h2>",
            _table(("segment", "family", "no.", "state", "value", "settings"), rows),
        ]
    return "".join(parts)


def _family_row(row: Mapping[str, Any]) -> list[str]:
    name = escape(row["family"])
    figures = [f"{row[key]:.4f}" for key in ("mean", "spread", "behind", "p_value")]
    return [f"<b>{name}</b>" if row["chosen"] else name, *figures, f"{row['seconds']:.1f}"]


def _trial_row(trial: Mapping[str, Any]) -> list[str]:
    value = "" if trial["value"] is None else f"{trial['value']:.4f}"
    settings = ", ".join(f"{key} = {one}" for key, one in trial["settings"].items())
    plain = (trial["segment"], trial["family"], str(trial["number"]), trial["state"])
    return [*map(escape, plain), value, escape(settings)]


def _table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in headers)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    # On a narrow screen the table scrolls, not the page; a key reaches it as well.
    return (
        '<div class="wide" tabindex="0" role="group" aria-label="Table">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _page(title: str, body: str) -> str:
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body><h1>{escape(title)}</h1>{body}</body></html>"
    )
