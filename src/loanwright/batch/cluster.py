"""Other machines as the crew: Dask sends them the blocks, and each scores with the same function.

Every worker gets the package as bytes, verifies it and replays its golden rows before it scores,
so a machine that would give other bits gives none. A block whose worker dies is scored by another.
"""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from distributed import Client, Future, LocalCluster, WorkerPlugin, get_worker
from distributed.client import FutureCancelledError
from distributed.scheduler import KilledWorker

from loanwright.batch.blocks import Block
from loanwright.batch.choosing import ChosenColumns
from loanwright.batch.errors import ClusterUnavailable, ClusterUnfit
from loanwright.batch.running import Pending
from loanwright.batch.scoring import ScoredBlock, Scorer
from loanwright.decisioning.policy import Policy
from loanwright.features.product import parse_product
from loanwright.features.tidying import Habit
from loanwright.packaging.package import ModelPackage

LOCAL: Final = "local:"
PATIENCE: Final = "30s"
LOST: Final = "it lost its workers; the same command goes on once it has some"
#: How often a block is tried again elsewhere when its worker fails at it.
ATTEMPTS: Final = 3


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """A scorer as plain data that can be sent.

    Attributes
    ----------
    model_hash
        The package's: what it must have when it is opened.
    files
        The package, file by file.
    policy
        The rule book as a mapping.
    columns, habits, language, numbered
        As the scorer's.
    product
        The text of the product that lays down credits; empty for that of the package.
    version
        Of Loanwright: a worker of another version is not asked.
    """

    model_hash: str
    files: Mapping[str, bytes] = field(repr=False)
    policy: Mapping[str, Any] = field(repr=False)
    columns: ChosenColumns
    habits: Mapping[str, Habit]
    language: str
    numbered: bool
    product: str = field(default="", repr=False)
    version: str

    @staticmethod
    def of(scorer: Scorer) -> Parcel:
        """Pack a scorer; the package is read from its directory."""
        package = scorer.package
        return Parcel(
            model_hash=package.hash,
            files={path.name: path.read_bytes() for path in sorted(package.path.iterdir())},
            policy=scorer.policy.to_mapping(),
            columns=scorer.columns,
            habits=scorer.habits,
            language=scorer.language,
            numbered=scorer.numbered,
            product="" if scorer.product is None else scorer.product.text,
            version=version("loanwright"),
        )

    def open(self) -> Scorer:
        """Verify the package and return the scorer.

        Raises
        ------
        ClusterUnfit
            If this machine has another version, or the package is not the one that was packed.
        PackageRefused
            If this machine gives other bits for the golden rows.
        """
        if self.version != version("loanwright"):
            raise ClusterUnfit(why=f"a worker has Loanwright {version('loanwright')}")
        with tempfile.TemporaryDirectory(prefix="loanwright-") as directory:
            for name, content in self.files.items():
                (Path(directory) / name).write_bytes(content)
            package = ModelPackage.load(directory)
        if package.hash != self.model_hash:
            raise ClusterUnfit(why="the package changed while it was sent")
        return Scorer(
            package=package,
            policy=Policy.from_mapping(self.policy),
            columns=self.columns,
            habits=self.habits,
            language=self.language,
            numbered=self.numbered,
            product=parse_product(self.product) if self.product else None,
        )


class ScoringPlugin(WorkerPlugin):
    """Opens the parcel on every worker, also on those that come later."""

    def __init__(self, name: str, parcel: Parcel) -> None:
        self.name = name
        self.parcel = parcel
        self.scorer: Scorer | None = None

    def setup(self, worker: Any) -> None:  # noqa: ARG002
        """Open the parcel."""
        self.scorer = self.parcel.open()


def score_on_worker(name: str, block: Block) -> ScoredBlock:
    """Score a block where the plugin of this name has opened a parcel."""
    plugin = get_worker().plugins[name]
    if not isinstance(plugin, ScoringPlugin) or plugin.scorer is None:
        raise ClusterUnfit(why="a worker could not open the package")
    return plugin.scorer.score(block)


class Machines:
    """The workers of a Dask cluster.

    Parameters
    ----------
    dask
        Connected to the cluster's scheduler.
    name
        Of the plugin with the scorer.
    address
        Of the scheduler, for messages.
    """

    def __init__(self, dask: Client, name: str, address: str) -> None:
        self._dask = dask
        self._name = name
        self._address = address

    @property
    def size(self) -> int:
        """Return how many threads the workers have, at least one."""
        threads: Mapping[str, int] = self._dask.nthreads()  # type: ignore[no-untyped-call]
        return max(sum(threads.values()), 1)

    def submit(self, block: Block) -> Pending:
        """Have a block scored."""
        sent = self._dask.submit(score_on_worker, self._name, block, pure=False, retries=ATTEMPTS)
        return _Sent(sent, self._address)


@dataclass(frozen=True, slots=True)
class _Sent:
    future: Future[ScoredBlock]
    address: str

    def result(self) -> ScoredBlock:
        """Wait for the block, wherever it is scored."""
        try:
            scored = self.future.result()
        except (KilledWorker, FutureCancelledError, OSError) as problem:
            raise ClusterUnavailable(address=self.address, why=LOST) from problem
        self.future.release()  # type: ignore[no-untyped-call]
        return scored


@contextmanager
def machines(scorer: Scorer, *, address: str) -> Iterator[Machines]:
    """Yield the workers at an address as a crew.

    Parameters
    ----------
    scorer
        What they score with.
    address
        Of the scheduler, such as ``tcp://10.0.0.7:8786`` or ``tls://…``; ``local:4`` starts four
        processes on this machine.

    Raises
    ------
    ClusterUnavailable
        If no scheduler answers.
    """
    with _connected(address) as dask:
        name = f"loanwright-{secrets.token_hex(8)}"
        plugin = ScoringPlugin(name, Parcel.of(scorer))
        dask.register_plugin(plugin, name=name)
        try:
            yield Machines(dask, name, address)
        finally:
            dask.unregister_worker_plugin(name)  # type: ignore[no-untyped-call]


@contextmanager
def _connected(address: str) -> Iterator[Client]:
    if not address.startswith(LOCAL):
        try:
            dask = Client(address, timeout=PATIENCE)  # type: ignore[no-untyped-call]
        except OSError as problem:
            raise ClusterUnavailable(address=address, why=str(problem)) from problem
        with dask:
            yield dask
        return
    count = address.removeprefix(LOCAL)
    if not count.isdigit() or int(count) < 1:
        raise ClusterUnavailable(address=address, why="write a number of processes, as local:2")
    cluster = LocalCluster(  # type: ignore[no-untyped-call]
        n_workers=int(count), threads_per_worker=1, processes=True, dashboard_address=None
    )
    with cluster, Client(cluster) as dask:  # type: ignore[no-untyped-call]
        yield dask
