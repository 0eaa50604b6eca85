"""TabTransformer: every feature a token, layers of attention, served by our own runtime."""

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar, cast

import numpy as np
import torch
from numpy.typing import NDArray

from loanwright.engine.neural import NeuralRuntime, NeuralTable, neural_runtime, write_neural
from loanwright.engine.neural_tokens import TokenColumn, token_places
from loanwright.features.columns import ColumnSpec
from loanwright.models.contract import DefaultClassifier, Matrix
from loanwright.models.early_stopping import fold_of_rows
from loanwright.models.neural_network import (
    Network,
    Schedule,
    Shape,
    Tokens,
    learn,
    repeatable,
)

UNSEEN_SHARE = 6
"""One row in so many is held out to find the number of epochs."""
ROWS_FOR_ONE_FIT = 10_000
"""From here on the held-out rows are not learned from afterwards: it would double the time."""
FEW_ROWS = 5_000
LEAST_UNSEEN_DEFAULTS = 5
IMPORTANCE_ROWS = 500
MEASURED_ROWS = 20
CHUNK_ROWS = 256


class NeuralClassifier(DefaultClassifier):
    """A TabTransformer (Huang et al., 2020) over all features.

    A category is a token. So that numbers meet the attention as well, a number becomes a token
    between the embeddings of its two nearest quantile knots; missing and each special value have
    embeddings of their own. Directions of the dictionary do not bind it, and its contributions
    are sampled: it is the family that is hardest to defend.

    One row in six, seeded and stratified, is held out to stop at the epoch with the least log
    loss; below 10,000 rows the network then learns anew from all rows for as many epochs. The
    same seed gives the same bytes on the same machine and build of torch.

    Parameters
    ----------
    columns
        What the dictionary says about the columns; None treats all as free numbers.
    width, layers, heads
        Of the tokens and the attention; ``width`` is a multiple of ``heads``.
    knots
        Most quantile knots of a number.
    dropout, learning_rate, decay, batch_rows, epochs, patience
        Of learning. None takes a learning rate of 0.0005 and batches of 64 below 5,000 rows, of
        0.001 and 256 from there on.
    references
        Rows that contributions are measured against.
    random_state
        Seed of everything that chance decides.

    Attributes
    ----------
    network_
        The network in double precision.
    epochs_
        How many epochs it learned.
    standard_error_
        Of a contribution, in log-odds: root mean square over 20 rows and all features.

    Examples
    --------
    >>> random = np.random.default_rng(0)
    >>> X = random.normal(size=(300, 2))
    >>> y = random.random(300) < 1 / (1 + np.exp(-X[:, 0]))
    >>> model = NeuralClassifier(width=8, layers=1, epochs=2).fit(X, y)
    >>> sorted(model.native_files())
    ['neural.json']
    """

    family: ClassVar[str] = "neural"

    def __init__(
        self,
        *,
        columns: tuple[ColumnSpec, ...] | None = None,
        width: int = 16,
        layers: int = 2,
        heads: int = 4,
        knots: int = 12,
        dropout: float = 0.1,
        learning_rate: float | None = None,
        decay: float = 0.01,
        batch_rows: int | None = None,
        epochs: int = 30,
        patience: int = 4,
        references: int = 8,
        random_state: int = 0,
    ) -> None:
        self.columns = columns
        self.width = width
        self.layers = layers
        self.heads = heads
        self.knots = knots
        self.dropout = dropout
        self.learning_rate = learning_rate
        self.decay = decay
        self.batch_rows = batch_rows
        self.epochs = epochs
        self.patience = patience
        self.references = references
        self.random_state = random_state

    def _learn(self, X: Matrix, default: NDArray[np.bool_]) -> None:
        self.token_columns_ = tuple(
            _token_column(spec, X[:, place], self.knots) for place, spec in enumerate(self.columns_)
        )
        places = token_places(self.token_columns_, X)
        unseen = _unseen(default, seed=int(self.random_state), groups=self._groups)
        with repeatable(int(self.random_state)):
            self._teach(_tensors(places), default, unseen)
            _fill_unused(self.network_, self.token_columns_, places)
        table = self._table(X)
        runtime = cast("NeuralRuntime", neural_runtime(table))
        measured = X[:: max(1, len(X) // MEASURED_ROWS)][:MEASURED_ROWS]
        errors = runtime.sampling_errors(measured)
        self.standard_error_ = float(np.sqrt(np.mean(errors**2)))
        self.table_ = replace(table, standard_error=self.standard_error_)
        self.importance_ = self._importance(X)

    def _teach(self, tokens: Tokens, default: NDArray[np.bool_], unseen: NDArray[np.bool_]) -> None:
        labels, held_out = torch.tensor(default, dtype=torch.float32), torch.tensor(unseen)
        schedule = self._schedule(len(default))
        self.network_ = self._network()
        self.epochs_ = learn(self.network_, tokens, labels, held_out, schedule)
        if len(default) < ROWS_FOR_ONE_FIT and unseen.any():
            self.network_ = self._network()
            anew = replace(schedule, epochs=self.epochs_)
            learn(self.network_, tokens, labels, torch.zeros_like(held_out), anew)
        self.network_ = self.network_.double().eval()

    def _network(self) -> Network:
        return Network(
            Shape(
                embeddings=sum(column.rows for column in self.token_columns_),
                tokens=len(self.token_columns_),
                width=self.width,
                layers=self.layers,
                heads=self.heads,
                dropout=self.dropout,
            )
        )

    def _schedule(self, rows: int) -> Schedule:
        few, rate, batch_rows = rows < FEW_ROWS, self.learning_rate, self.batch_rows
        return Schedule(
            learning_rate=(0.0005 if few else 0.001) if rate is None else rate,
            decay=self.decay,
            batch_rows=(64 if few else 256) if batch_rows is None else batch_rows,
            epochs=self.epochs,
            patience=self.patience,
        )

    def _table(self, X: Matrix) -> NeuralTable:
        """Return the network as the engine serves it; references spread over the risk."""
        by_risk = np.argsort(self._log_odds(X), kind="stable")
        count = min(self.references, len(X))
        spread = (np.arange(count) + 0.5) / count * len(X)
        return NeuralTable(
            columns=self.token_columns_,
            heads=self.heads,
            embeddings=self.network_.embeddings.weight.detach().numpy().copy(),
            weights=self.network_.weights(),
            references=X[by_risk[spread.astype(np.int64)]],
            standard_error=0.0,
        )

    def _log_odds(self, X: Matrix) -> Matrix:
        # Chunks of one size: torch sums in another order where the number of rows is another.
        filled = np.vstack([X, np.zeros((-len(X) % CHUNK_ROWS, X.shape[1]))])
        tokens = _tensors(token_places(self.token_columns_, filled), torch.float64)
        chunks = zip(*(torch.split(part, CHUNK_ROWS) for part in tokens), strict=True)
        with repeatable(int(self.random_state)), torch.no_grad():
            said = torch.cat([self.network_(*chunk) for chunk in chunks])
        return np.asarray(said[: len(X)].numpy(), dtype=np.float64)

    def _importance(self, X: Matrix) -> Matrix:
        rows = X[:: max(1, len(X) // IMPORTANCE_ROWS)][:IMPORTANCE_ROWS]
        said = self._log_odds(rows)
        shuffled = np.random.default_rng(int(self.random_state)).permutation(len(rows))
        moved = []
        for place in range(X.shape[1]):
            changed = rows.copy()
            changed[:, place] = rows[shuffled, place]
            moved.append(np.abs(self._log_odds(changed) - said).mean())
        return np.array(moved)

    def importance(self) -> Mapping[str, float]:
        """Return each feature's share of what shuffling it does to the log-odds."""
        total = float(self.importance_.sum()) or 1.0
        return {
            spec.name: float(share) / total
            for spec, share in zip(self.columns_, self.importance_, strict=True)
        }

    def native_files(self) -> dict[str, bytes]:
        """Return ``neural.json``: tokens, weights and the rows it is explained against."""
        return {"neural.json": write_neural(self.table_).encode()}


def _token_column(spec: ColumnSpec, values: Matrix, most: int) -> TokenColumn:
    if spec.kind == "category":
        return TokenColumn(name=spec.name, codes=spec.categories)
    plain = values[np.isfinite(values) & ~np.isin(values, spec.special)]
    if not len(plain):
        plain = np.zeros(1)
    knots = np.unique(np.quantile(plain, np.linspace(0, 1, most)))
    if len(knots) < 2:
        knots = np.array([knots[0], knots[0] + max(1.0, abs(knots[0]))])
    return TokenColumn(name=spec.name, knots=tuple(knots.tolist()), special=spec.special)


def _tensors(
    places: tuple[NDArray[np.int64], NDArray[np.int64], Matrix], kind: torch.dtype = torch.float32
) -> Tokens:
    before, after, share = places
    return torch.tensor(before), torch.tensor(after), torch.tensor(share, dtype=kind)


def _unseen(
    default: NDArray[np.bool_], *, seed: int, groups: NDArray[np.int64] | None = None
) -> NDArray[np.bool_]:
    """Return which rows are held out: a share of both classes, none where defaults are few."""
    unseen = fold_of_rows(default, count=UNSEEN_SHARE, seed=seed, groups=groups) == 0
    parts = (default[unseen], default[~unseen])
    fewest = min(min(np.count_nonzero(part), np.count_nonzero(~part)) for part in parts)
    return unseen if fewest >= LEAST_UNSEEN_DEFAULTS else np.zeros_like(unseen)


def _fill_unused(
    network: Network,
    columns: tuple[TokenColumn, ...],
    places: tuple[NDArray[np.int64], NDArray[np.int64], Matrix],
) -> None:
    """Give values that no row had the mean embedding of their feature, in place of chance."""
    table = network.embeddings.weight.detach().numpy()
    before, after, share = places
    used = np.zeros(len(table))
    np.add.at(used, before, 1 - share)
    np.add.at(used, after, share)
    first = 0
    for column in columns:
        rows = np.arange(first, first + column.rows)
        weight = used[rows] / used[rows].sum()
        table[rows[weight == 0]] = np.einsum("r,rd->d", weight, table[rows])
        first += column.rows
