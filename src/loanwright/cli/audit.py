"""`loanwright audit`: what was changed, by whom, and whether the record of it is whole."""

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from loanwright.cli.console import remark, say, show_table
from loanwright.cli.failures import fail

app = typer.Typer(no_args_is_help=True, help="List, seal, verify, export and prove the audit log.")


@app.command("list")
def list_entries(
    actor: Annotated[str | None, typer.Option(help="Only what this one has done.")] = None,
    action: Annotated[str | None, typer.Option(help="Only this, such as model.promoted.")] = None,
    subject: Annotated[str | None, typer.Option(help="Only what was done to this.")] = None,
    since: Annotated[datetime | None, typer.Option(help="From this moment on, in UTC.")] = None,
    most: Annotated[int, typer.Option(help="How many.", min=1, max=200)] = 50,
) -> None:
    """Print the latest entries."""
    from datetime import UTC

    from loanwright.cli.opening import open_service, read_settings

    with open_service(read_settings()) as service:
        begin = None if since is None else since.replace(tzinfo=UTC)
        page = service.ledger.list_page(
            limit=most, since=begin, actor=actor, action=action, subject=subject
        )
    show_table(
        ("at", "actor", "action", "subject", "request", "id"),
        [
            (f"{e.at:%Y-%m-%d %H:%M:%S}", e.actor, e.action, e.subject, e.request_id, e.id)
            for e in page.items
        ],
    )


@app.command()
def seal() -> None:
    """Seal what no seal holds yet, and write the signed root outside the database."""
    from loanwright.cli.opening import open_service, read_settings

    with open_service(read_settings()) as service:
        count = service.ledger.seal()
    say(f"{count} entries are sealed now.")


@app.command()
def verify(
    against: Annotated[
        Path | None, typer.Option(exists=True, file_okay=False, help="An export kept elsewhere.")
    ] = None,
) -> None:
    """Compute everything again, and name the first row that is not as it was recorded."""
    from loanwright.cli.opening import open_service, read_settings

    with open_service(read_settings()) as service:
        found = service.ledger.verify(against)
    remark(
        f"{found.entries} entries, {found.sealed} of them under {found.seals} seals; "
        f"{found.rows} stored rows compared."
    )
    if found.findings:
        first, *others = found.findings
        say(f"BROKEN: {first}")
        for other in others:
            say(f"  and {other}")
        raise typer.Exit(1)
    say(f"The audit log is whole. Its last seal: {found.last_seal or 'none yet'}")


@app.command()
def export(
    directory: Annotated[Path, typer.Argument(help="Where to; what is there already is kept.")],
    entries: Annotated[bool, typer.Option("--entries", help="With every entry.")] = False,
) -> None:
    """Write the signed roots and the public keys to a directory, as JSON lines."""
    from loanwright.cli.opening import open_service, read_settings

    with open_service(read_settings()) as service:
        service.ledger.seal()
        seals, count = service.ledger.export(directory, entries=entries)
    say(f"{seals} seals{f' and {count} entries' if entries else ''} are written to {directory}.")


@app.command()
def prove(
    decision: Annotated[str, typer.Argument(help="Id of the decision.")],
    to: Annotated[Path | None, typer.Option(help="File to write; default: print.")] = None,
) -> None:
    """Open one decision to somebody else: what was sent, answered and signed, and nothing more."""
    from loanwright.cli.opening import open_service, read_settings
    from loanwright.service.auditing.proofs import Proofs

    with open_service(read_settings()) as service:
        service.ledger.seal()
        proofs = Proofs(
            ledger=service.ledger, decisions=service.decisions, applications=service.applications
        )
        proof = proofs.prove(decision)
    text = _text(proof)
    if to is None:
        say(text)
    else:
        to.write_text(text + "\n")
        say(f"The proof of {decision} is in {to}. It tells what was sent and answered: keep it so.")


@app.command("check-proof")
def check_proof(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The proof.")],
    key: Annotated[
        str | None, typer.Option(help="The public key, in hexadecimal digits, as it was published.")
    ] = None,
) -> None:
    """Check a proof; neither the database nor any secret is needed."""
    from loanwright.service.audit.proof import check_proof

    try:
        proof = json.loads(file.read_bytes())
    except ValueError:
        raise fail(f"{file} is not JSON.") from None
    wrongs = check_proof(proof if isinstance(proof, dict) else {}, key)
    if wrongs:
        say(f"The proof does not hold: {'; '.join(wrongs)}.")
        raise typer.Exit(1)
    say(f"The proof holds. {proof['entry']['action']} {proof['entry']['subject']}")
    if key is None:
        remark(f"Compare the public key with the published one: {proof['public_key']}")


@app.command("rotate-key")
def rotate_key() -> None:
    """Sign with a new key from now on; the old public key stays trusted."""
    from loanwright.cli.opening import open_service, read_settings

    settings = read_settings()
    if settings.audit_key is not None:
        raise fail("The key is a setting: change audit_key, and add the old one's public key.")
    with open_service(settings) as service:
        service.ledger.seal()
    _rotate(settings.var_dir)
    with open_service(settings) as service:
        key_id = service.ledger.record_rotation()
    say(f"Seals are signed with the key {key_id} from now on. Restart the service.")


def _rotate(var_dir: Path) -> None:
    from loanwright.service.audit.signing import Signer

    present = var_dir / "audit.key"
    old = Signer(bytes.fromhex(present.read_text()))
    trusted = var_dir / "audit-keys"
    trusted.mkdir(exist_ok=True)
    (trusted / f"{old.key_id}.pub").write_text(old.public + "\n")
    present.unlink()


def _text(proof: dict[str, Any]) -> str:
    def plain(value: object) -> str:
        from loanwright.service.kit.clock import iso

        if isinstance(value, datetime):
            return iso(value)
        raise TypeError(type(value).__name__)

    return json.dumps(proof, ensure_ascii=False, indent=1, default=plain)
