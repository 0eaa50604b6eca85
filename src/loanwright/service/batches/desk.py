"""What a file is scored with: the champion and the policy of the segment that it is of."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from loanwright.batch.choosing import find_segment
from loanwright.batch.opening import Wishes, open_file, prepare
from loanwright.errors import Rejected
from loanwright.features.product import Product
from loanwright.packaging.package import ModelPackage
from loanwright.service.batches.errors import (
    BatchProductUnknown,
    BatchSegmentUnknown,
    TooManyRows,
)
from loanwright.service.batches.schemas import Asked, Batch, BatchWishes
from loanwright.service.policies.service import Policies
from loanwright.service.registry.service import Registry

SENT: Final = "The file"


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """A file that can be scored, and with what."""

    segment: str
    model_hash: str
    policy_hash: str


@dataclass(frozen=True, kw_only=True)
class BatchDesk:
    """Where files are looked at before they are accepted, and prepared when their turn comes."""

    products: Mapping[str, Product]
    registry: Registry
    policies: Policies
    most_rows: int

    def check(self, path: Path, asked: Asked) -> Checked:
        """Look at the header of a file: what is wrong with it is said before it is accepted."""
        try:
            return self._check(path, asked)
        except Rejected as refusal:
            if "path" not in refusal.facts:
                raise
            # Where a file lies here is nothing to whoever has sent it.
            raise type(refusal)(**{**refusal.facts, "path": SENT}) from None

    def _check(self, path: Path, asked: Asked) -> Checked:
        product = self.products.get(asked.product)
        if product is None:
            known = ", ".join(self.products)
            raise BatchProductUnknown(product=asked.product, known=known)
        reader = open_file(path)
        if asked.wishes.kind == "parquet" and reader.size > self.most_rows:
            raise TooManyRows(rows=reader.size, limit=self.most_rows)
        segment = asked.segment or find_segment(product, reader.columns)
        if segment not in product.segments:
            known = ", ".join(product.segments)
            raise BatchSegmentUnknown(product=product.name, segment=segment, known=known)
        package = self.registry.champion(product.name, segment)
        prepare(reader, _opened(package), wishes=wishes_of(asked.wishes), habits={})
        policy = self.policies.live(product.name)
        return Checked(segment=segment, model_hash=package.hash, policy_hash=policy.hash)

    def order(self, batch: Batch, source: Path, result: Path) -> Any:
        """Return the order of a batch: the same model and policy, whatever is live by now."""
        from loanwright.batch.files import Order

        package = self.registry.open(self.registry.get(batch.model_hash))
        return Order(
            reader=open_file(source),
            path=result,
            package=_opened(package),
            policy=self.policies.get(batch.product, batch.policy_hash).policy,
            wishes=wishes_of(batch.wishes),
            product=self.products.get(batch.product),
        )


def wishes_of(wishes: BatchWishes) -> Wishes:
    """Return what the library is told of the wishes."""
    return Wishes(
        id=wishes.id,
        keep=wishes.keep,
        language=wishes.language,
        allow_absent=wishes.allow_absent,
    )


def _opened(package: Any) -> ModelPackage:
    """Return the package as the library knows it."""
    return package if isinstance(package, ModelPackage) else ModelPackage.load(package.path)
