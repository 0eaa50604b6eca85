"""The inventory of models, and what was found wrong with them until it is mended."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import Final

from loanwright.service.audit.schemas import Actor, Change
from loanwright.service.audit.service import Audit
from loanwright.service.decisions.service import Decisions
from loanwright.service.inventory import repository
from loanwright.service.inventory.errors import (
    FindingDueBefore,
    FindingIncomplete,
    FindingNotFound,
    FindingUnchanged,
)
from loanwright.service.inventory.schemas import (
    Correction,
    Entry,
    Finding,
    FindingChange,
    FindingState,
    FindingWish,
    Severity,
)
from loanwright.service.kit.clock import Clock
from loanwright.service.kit.database import Database
from loanwright.service.kit.ids import Ids
from loanwright.service.registry.schemas import Check, CheckResult, Model
from loanwright.service.registry.service import Registry

WATCHED: Final = timedelta(days=90)
PLAIN: Final = CheckResult.PASSED, "Nothing found is open."


@dataclass(frozen=True, kw_only=True)
class Inventory:
    """Which models there are, what depends on them, and what was found wrong with them."""

    database: Database
    clock: Clock
    new_id: Ids
    audit: Audit
    registry: Registry
    decisions: Decisions

    def list_entries(self) -> tuple[Entry, ...]:
        """Return every registered model, the last changed first."""
        counts = self.decisions.count_by_model(self.clock.now() - WATCHED)
        total = sum(counts.values())
        still_open: dict[str, list[FindingChange]] = {}
        for finding in self.list_findings():
            if finding.present.state is FindingState.OPEN:
                still_open.setdefault(finding.present.model_hash, []).append(finding.present)
        return tuple(
            Entry(
                model=model,
                decisions=counts.get(model.hash, 0),
                share=counts.get(model.hash, 0) / total if total else 0.0,
                findings=sorted(still_open.get(model.hash, ()), key=lambda one: one.due_on),
            )
            for model in reversed(self.registry.list_models())
        )

    def open_finding(self, actor: Actor, model_hash: str, wish: FindingWish) -> Finding:
        """Put on record what was found wrong with a model, who mends it and until when."""
        model, now = self.registry.get(model_hash), self.clock.now()
        change = FindingChange(
            finding_id=self.new_id("fnd"),
            model_hash=model.hash,
            state=FindingState.OPEN,
            severity=wish.severity,
            said=_stated(wish.said, "words"),
            owner=_stated(wish.owner, "an owner"),
            due_on=wish.due_on,
            note="",
            by=actor.id,
            at=now,
        )
        self._refuse_past(change)
        self._append(actor, change, "finding.opened")
        return self.get_finding(model_hash, change.finding_id)

    def correct_finding(
        self, actor: Actor, model_hash: str, finding_id: str, wish: Correction
    ) -> Finding:
        """Give a finding another owner, day or weight, resolve it, or open it again."""
        present = self.get_finding(model_hash, finding_id).present
        note = " ".join(wish.note.split())
        changed = replace(
            present,
            state=wish.state or present.state,
            severity=wish.severity or present.severity,
            owner=present.owner if wish.owner is None else _stated(wish.owner, "an owner"),
            due_on=wish.due_on or present.due_on,
        )
        if changed == present and not note:
            raise FindingUnchanged(finding_id=finding_id)
        if changed.state is not present.state and not note:
            raise FindingIncomplete(missing="a word on what was done, or why it is open again")
        if changed.due_on != present.due_on:
            self._refuse_past(changed)
        changed = replace(changed, note=note, by=actor.id, at=self.clock.now())
        resolved = changed.state is FindingState.RESOLVED and changed.state is not present.state
        self._append(actor, changed, "finding.resolved" if resolved else "finding.changed")
        return self.get_finding(model_hash, finding_id)

    def get_finding(self, model_hash: str, finding_id: str) -> Finding:
        """Return one finding on a model."""
        with self.database.read() as connection:
            changes = repository.list_changes(
                connection, finding_id=finding_id, model_hash=model_hash
            )
        if not changes:
            raise FindingNotFound(finding_id=finding_id)
        return Finding(changes=tuple(changes))

    def list_findings(self, model_hash: str | None = None) -> tuple[Finding, ...]:
        """Return the findings on a model, or on all, the first found one first."""
        wanted: Mapping[str, str] = {} if model_hash is None else {"model_hash": model_hash}
        with self.database.read() as connection:
            changes = repository.list_changes(connection, **wanted)
        found: dict[str, list[FindingChange]] = {}
        for one in changes:
            found.setdefault(one.finding_id, []).append(one)
        return tuple(Finding(changes=tuple(several)) for several in found.values())

    def inspect(self, model: Model) -> Sequence[Check]:
        """Say, before a model is approved, what was found wrong with it and is still open."""
        present = [one.present for one in self.list_findings(model.hash)]
        still_open = [one for one in present if one.state is FindingState.OPEN]
        result, said = PLAIN
        if still_open:
            heavy = any(one.severity is Severity.HIGH for one in still_open)
            result = CheckResult.FAILED if heavy else CheckResult.ATTENTION
            said = "Open: " + "; ".join(f"{one.severity}: {one.said}" for one in still_open)
        return (Check(name="findings", result=result, said=said[:2_000]),)

    def _refuse_past(self, change: FindingChange) -> None:
        if change.due_on < self.clock.now().date():
            raise FindingDueBefore(due_on=change.due_on.isoformat())

    def _append(self, actor: Actor, change: FindingChange, action: str) -> None:
        row = {**asdict(change), "state": str(change.state), "severity": str(change.severity)}
        with self.database.write() as connection:
            sequence = repository.insert_change(connection, row)
            stored = {f"finding_changes:{sequence}": row}
            told = Change(action=action, subject=change.finding_id, after=row, stored=stored)
            self.audit.record(connection, actor, [told])


def _stated(text: str, what: str) -> str:
    plain = " ".join(text.split())
    if not plain:
        raise FindingIncomplete(missing=what)
    return plain
