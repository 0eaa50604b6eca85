"""The network of the family neural in PyTorch, and how it learns."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from loanwright.engine.neural_weights import NORM_EPSILON, Weights

THREADS = 1
"""The order of sums may depend on the number of threads."""
Tokens = tuple[Tensor, Tensor, Tensor]


@dataclass(frozen=True, kw_only=True, slots=True)
class Shape:
    """How large a network is."""

    embeddings: int
    tokens: int
    width: int
    layers: int
    heads: int
    dropout: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Schedule:
    """How long and how fast it learns."""

    learning_rate: float
    decay: float
    batch_rows: int
    epochs: int
    patience: int


class _Layer(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        width = shape.width
        self.heads = shape.heads
        self.norm = nn.LayerNorm(width, eps=NORM_EPSILON)
        self.mixing = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.norm_inner = nn.LayerNorm(width, eps=NORM_EPSILON)
        self.inner = nn.Linear(width, 2 * width)
        self.outer = nn.Linear(2 * width, width)
        self.dropout = nn.Dropout(shape.dropout)

    def forward(self, x: Tensor) -> Tensor:
        rows, tokens, width = x.shape
        size = width // self.heads
        mixed = self.mixing(self.norm(x)).view(rows, tokens, 3, self.heads, size)
        query, key, value = mixed.permute(2, 0, 3, 1, 4)
        likeness = query @ key.transpose(-2, -1) / size**0.5
        attended = likeness.softmax(dim=-1) @ value
        x = x + self.dropout(self.out(attended.transpose(1, 2).reshape(rows, tokens, width)))
        inner = torch.relu(self.inner(self.norm_inner(x)))
        answer: Tensor = x + self.dropout(self.outer(inner))
        return answer


class Network(nn.Module):
    """Tokens through layers of attention, then one hidden layer, to the log-odds of default."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.embeddings = nn.Embedding(shape.embeddings, shape.width)
        nn.init.normal_(self.embeddings.weight, std=0.3)
        self.layers = nn.ModuleList(_Layer(shape) for _ in range(shape.layers))
        self.head = nn.Linear(shape.tokens * shape.width, 2 * shape.width)
        self.answer = nn.Linear(2 * shape.width, 1)
        self.dropout = nn.Dropout(shape.dropout)

    def forward(self, before: Tensor, after: Tensor, share: Tensor) -> Tensor:
        """Return log-odds (n,) of embeddings (n, p), (n, p) and the way between them (n, p)."""
        low = self.embeddings(before)
        x = low + share[..., None] * (self.embeddings(after) - low)
        for layer in self.layers:
            x = layer(x)
        hidden = self.dropout(torch.relu(self.head(x.flatten(1))))
        answer: Tensor = self.answer(hidden)[:, 0]
        return answer

    def weights(self) -> Weights:
        """Return the weights in the engine's shapes, in double precision."""
        layers = list(self.layers)

        def stack(name: str, part: str) -> NDArray[np.float64]:
            arrays = [_array(getattr(getattr(layer, name), part)) for layer in layers]
            return np.stack([one.T for one in arrays])

        def norm(name: str) -> NDArray[np.float64]:
            return np.stack([stack(name, "weight"), stack(name, "bias")], axis=1)

        return Weights(
            norm=norm("norm"),
            norm_inner=norm("norm_inner"),
            mixing=stack("mixing", "weight"),
            mixing_shift=stack("mixing", "bias"),
            out=stack("out", "weight"),
            out_shift=stack("out", "bias"),
            inner=stack("inner", "weight"),
            inner_shift=stack("inner", "bias"),
            outer=stack("outer", "weight"),
            outer_shift=stack("outer", "bias"),
            head=np.ascontiguousarray(_array(self.head.weight).T),
            head_shift=_array(self.head.bias),
            answer=np.append(_array(self.answer.weight)[0], _array(self.answer.bias)),
        )


def _array(parameter: Tensor) -> NDArray[np.float64]:
    return parameter.detach().double().numpy()


@contextmanager
def repeatable(seed: int) -> Iterator[None]:
    """Make everything that torch does here depend on the seed alone, and leave torch as it was."""
    threads, strict = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        torch.set_num_threads(THREADS)
        torch.use_deterministic_algorithms(True)
        try:
            yield
        finally:
            torch.use_deterministic_algorithms(strict)
            torch.set_num_threads(threads)


def learn(
    network: Network, tokens: Tokens, default: Tensor, unseen: Tensor, schedule: Schedule
) -> int:
    """Teach a network until unseen rows are judged no better; return the best epoch.

    Parameters
    ----------
    network
        Is left as it was in its best epoch.
    tokens, default
        Rows and labels.
    unseen
        Which rows it does not learn from; where there are none, it learns all epochs.
    schedule
        How long and how fast.
    """
    optimiser = torch.optim.AdamW(
        network.parameters(), lr=schedule.learning_rate, weight_decay=schedule.decay
    )
    seen, judged = torch.nonzero(~unseen)[:, 0], torch.nonzero(unseen)[:, 0]
    best, best_epoch, kept = np.inf, 0, _copied(network)
    for epoch in range(1, schedule.epochs + 1):
        network.train()
        for rows in torch.split(seen[torch.randperm(len(seen))], schedule.batch_rows):
            optimiser.zero_grad()
            torch.autograd.backward(_loss(network, tokens, default, rows))
            optimiser.step()
        network.eval()
        loss = _unseen_loss(network, tokens, default, judged) if len(judged) else -float(epoch)
        if loss < best:
            best, best_epoch, kept = loss, epoch, _copied(network)
        if epoch - best_epoch >= schedule.patience:
            break
    network.load_state_dict(kept)
    return best_epoch


def _copied(network: Network) -> dict[str, Tensor]:
    return {name: value.clone() for name, value in network.state_dict().items()}


def _loss(network: Network, tokens: Tokens, default: Tensor, rows: Tensor) -> Tensor:
    said = network(*(part[rows] for part in tokens))
    return nn.functional.binary_cross_entropy_with_logits(said, default[rows])


def _unseen_loss(network: Network, tokens: Tokens, default: Tensor, rows: Tensor) -> float:
    with torch.no_grad():
        parts = [
            float(_loss(network, tokens, default, some)) * len(some)
            for some in torch.split(rows, 4096)
        ]
    return sum(parts) / len(rows)
