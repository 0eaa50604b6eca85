"""`loanwright policy`: write, check, compare, publish and roll back policies."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from loanwright.cli.console import remark, say, show_table
from loanwright.cli.failures import FAILED

if TYPE_CHECKING:
    from loanwright.rulebook.report import Report
    from loanwright.service.policies.schemas import Draft

app = typer.Typer(
    no_args_is_help=True,
    help="Write policies, check and compare them, publish them by two persons, roll back.",
)

By = Annotated[str, typer.Option(help="Who does it; it is written down.")]
Note = Annotated[str, typer.Option(help="Why; it is written down.")]
DraftName = Annotated[
    str, typer.Argument(help="Name of a draft, its id, or the beginning of its hash.")
]
Named = Annotated[
    str,
    typer.Argument(help="A file, a product (what is live for it), a hash or a draft."),
]
Language = Annotated[str, typer.Option(help="Language of the sentences: en or ru.")]
SHORT = 12


@app.command("list")
def list_policies(
    product: Annotated[str | None, typer.Option(help="Only those of this product.")] = None,
    drafts: Annotated[bool, typer.Option("--drafts", help="List drafts.")] = False,
) -> None:
    """Print what was published, the newest first, or the drafts."""
    from loanwright.cli.opening import open_service, read_settings

    wanted = {} if product is None else {"product": product}
    with open_service(read_settings()) as service:
        if drafts:
            _show_drafts(service.policy_drafts.list_page(limit=200, **wanted).items)
            return
        published = service.policies.page_publications(limit=200, **wanted).items
    show_table(
        ("policy", "product", "name", "published", "by", "written by", "why"),
        [
            (
                one.version.hash[:SHORT],
                one.version.product,
                one.version.policy.name,
                _moment(one.version.published_at),
                one.version.published_by,
                one.author,
                one.note,
            )
            for one in published
        ],
    )


@app.command()
def show(
    policy: Named,
    at: Annotated[
        str | None, typer.Option(help="Of a product: what was live at this moment (ISO 8601).")
    ] = None,
    file: Annotated[Path | None, typer.Option(help="Write it to a .toml or .json file.")] = None,
) -> None:
    """Print a policy as TOML, or write it to a file."""
    from loanwright.cli.policies import find_policy, find_policy_at
    from loanwright.rulebook.files import write_policy_file, write_toml

    found = find_policy(policy) if at is None else find_policy_at(policy, at)
    for line in found.told:
        remark(line)
    if file is None:
        say(write_toml(found.policy.to_mapping()).rstrip())
        return
    write_policy_file(found.policy, file)
    say(f"{found.policy.hash[:SHORT]} is in {file}.")


@app.command()
def draft(
    product: Annotated[str, typer.Argument(help="The product that it is to decide.")],
    by: By,
    file: Annotated[
        Path | None,
        typer.Argument(exists=True, dir_okay=False, help="TOML or JSON; by default what is live."),
    ] = None,
    cutoff: Annotated[
        list[str] | None,
        typer.Option(help="Move cut-offs: SEGMENT=APPROVE_FROM:REFER_FROM, such as new=610:560."),
    ] = None,
    name: Annotated[str | None, typer.Option(help="What the policy is to be called.")] = None,
    edit: Annotated[
        str | None, typer.Option(help="Change this draft of yours instead of making one.")
    ] = None,
    note: Note = "",
) -> None:
    """Write down a policy from a file, or what is live with other cut-offs."""
    from loanwright.cli.opening import open_service, read_settings
    from loanwright.cli.policies import draft_id_of, make_document
    from loanwright.service.audit.schemas import Actor

    with open_service(read_settings()) as service:
        drafts = service.policy_drafts
        document = make_document(service, product, file=file, cutoffs=cutoff or (), name=name)
        if edit is None:
            written = drafts.write(Actor(id=by), product, document, note=note)
        else:
            present = drafts.get(draft_id_of(service, edit))
            written = drafts.edit(
                Actor(id=by),
                present.id,
                seen=present.version,
                document=document,
                note=note or None,
            )
    say(f"{written.id} ({product}, {written.hash[:SHORT]}) is {written.state}.")


@app.command()
def check(
    policy: Named,
    product: Annotated[
        str | None,
        typer.Option(help="Product: a name, or a product file; of what is stored, its own."),
    ] = None,
    language: Language = "en",
) -> None:
    """Say what is wrong with a policy, run its examples, and say what is proved of it.

    Ends with 1 where anything was found.
    """
    from loanwright.cli.policies import find_document, find_product
    from loanwright.rulebook.examining import examine_document

    document, known = find_document(policy)
    report = examine_document(document, find_product(product or known))
    show_report(report, language)
    if not report.passed:
        raise typer.Exit(FAILED)


@app.command()
def diff(old: Named, new: Named, language: Language = "en") -> None:
    """Say in words what is different in the second of two policies."""
    from loanwright.cli.policies import find_policy
    from loanwright.rulebook.differences import diff as differences

    before, after = find_policy(old).policy, find_policy(new).policy
    found = differences(before, after)
    for one in found:
        say(one.text.in_language(language))
    if not found:
        same = before.hash == after.hash
        say("Nothing is different." if same else "It is written differently and means the same.")


@app.command()
def submit(draft: DraftName, by: By) -> None:
    """Freeze a draft that passes its checks and examples; somebody else publishes it."""
    from loanwright.cli.opening import open_service, read_settings
    from loanwright.cli.policies import draft_id_of, patient_drafts
    from loanwright.service.audit.schemas import Actor

    with open_service(read_settings()) as service:
        submitted = patient_drafts(service).submit(Actor(id=by), draft_id_of(service, draft))
    _say_state(submitted)


@app.command()
def publish(draft: DraftName, by: By) -> None:
    """Let a submitted policy decide from now on. Who wrote it cannot publish it."""
    from loanwright.cli.opening import open_service, read_settings
    from loanwright.cli.policies import draft_id_of, patient_drafts
    from loanwright.service.audit.schemas import Actor

    with open_service(read_settings()) as service:
        published = patient_drafts(service).publish(Actor(id=by), draft_id_of(service, draft))
    version = published.version
    say(f"{version.hash[:SHORT]} ({version.product}) decides from now on.")


@app.command()
def reject(draft: DraftName, by: By, reason: Annotated[str, typer.Option(help="Why.")]) -> None:
    """Turn a submitted policy down."""
    from loanwright.cli.opening import open_service, read_settings
    from loanwright.cli.policies import draft_id_of
    from loanwright.service.audit.schemas import Actor

    with open_service(read_settings()) as service:
        rejected = service.policy_drafts.reject(
            Actor(id=by), draft_id_of(service, draft), reason=reason
        )
    _say_state(rejected)


@app.command()
def rollback(
    product: Annotated[str, typer.Argument(help="The product.")],
    by: By,
    to: Annotated[
        str | None, typer.Option(help="Hash of the version; by default the one before.")
    ] = None,
    note: Note = "",
) -> None:
    """Submit an earlier version again; somebody else publishes it."""
    from loanwright.cli.opening import open_service, read_settings
    from loanwright.cli.policies import patient_drafts
    from loanwright.service.audit.schemas import Actor

    with open_service(read_settings()) as service:
        submitted = patient_drafts(service).roll_back(Actor(id=by), product, to=to, note=note)
    _say_state(submitted)


def show_report(report: "Report", language: str) -> None:
    """Print a report: what is wrong, the examples, what is proved."""
    for finding in report.findings:
        text = finding.text.in_language(language)
        # What was refused names its place itself.
        told = text if text.startswith(f"{finding.place}: ") else f"{finding.place}: {text}"
        say(f"{told} [{finding.code}]")
        if finding.example:
            say(f"  for example: {_shown(finding.example)}")
    for example in report.examples:
        say(f"example “{example.name}”: {'passed' if example.passed else 'FAILED'}")
        for problem in example.problems:
            say(f"  {problem}")
    for statement in report.proved:
        say(f"proved: {statement.in_language(language)}")
    say(f"{report.summary}.")


def _shown(example: Any) -> str:
    return ", ".join(f"{name} = {_value(value)}" for name, value in example.items())


def _value(value: object) -> str:
    return "missing" if value is None else str(value)


def _show_drafts(drafts: "Any") -> None:
    show_table(
        ("draft", "product", "policy", "state", "written by", "changed", "why"),
        [
            (
                one.id,
                one.product,
                one.hash[:SHORT],
                one.state,
                one.author,
                _moment(one.changed_at),
                one.reason or one.note,
            )
            for one in drafts
        ],
    )


def _say_state(draft: "Draft") -> None:
    say(f"{draft.id} ({draft.product}, {draft.hash[:SHORT]}) is {draft.state}.")


def _moment(moment: object) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"
