"""Hazards by period from a small network (models/period_network.py): dense, or read over windows of time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from eval.survival import Floats, Kinds
from outcomes.features.matrix import Features
from outcomes.survival.arranged import arranged, read
from outcomes.survival.discrete import DiscreteSurvival, Member, crossed, loaded
from outcomes.survival.outcome import Outcome
from outcomes.survival.periods import PersonPeriods
from outcomes.survival.screening import screened
from outcomes.survival.table import Table, opened

if TYPE_CHECKING:
    from models.period_network import Body, PeriodNetwork

BATCH = 256


@dataclass(frozen=True)
class Training:
    body: "Body" = "ann"
    size: int = 64
    dropout: float = 0.3
    epochs: int = 60
    rate: float = 3e-3
    decay: float = 0.1
    most: int = 200  # columns, of each cause


@dataclass(frozen=True)
class Net:
    """A trained network and the table it reads."""

    table: Table
    places: Kinds  # (w, c)
    network: "PeriodNetwork"

    def logits(self, features: Features) -> Floats:
        """(m, outputs)"""
        import torch

        with torch.no_grad():
            said = self.network(torch.from_numpy(inputs(self.table, self.places, features)))
        return np.asarray(said.double().numpy(), np.float64)

    def save(self, folder: Path) -> None:
        from dataclasses import asdict

        from models.artifact import Artifact, save

        folder.mkdir(parents=True, exist_ok=True)
        save(Artifact((), asdict(self.network.config), [self.network.state_dict()]), folder / "network")
        self.table.save(folder / "table.json")


def opened_net(folder: Path) -> Net:
    from models.artifact import load
    from models.period_network import PeriodConfig, PeriodNetwork

    held = load(folder / "network")
    config = {name: held.config[name] for name in PeriodConfig.__annotations__}
    network = PeriodNetwork(PeriodConfig(**config))
    network.load_state_dict(dict(held.members[0]))
    network.eval()
    table = opened(folder / "table.json")
    return Net(table, _places(table, network.config.body), network)


def inputs(table: Table, places: Kinds, features: Features) -> npt.NDArray[np.float32]:
    return read(table.read(features), places)


def _places(table: Table, body: str) -> Kinds:
    names = table.columns
    return np.arange(len(names))[None] if body == "ann" else arranged(names)


Targets = tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]
"""What is to be said of each row and what it weighs."""


@dataclass(frozen=True)
class Learning:
    """What a network reads and what it has to say."""

    table: Table
    outputs: int
    loss: Callable[[Any, Any, Any], Any]  # (logits, what is to be said, weight)
    how: Training
    seed: int


def trained(learning: Learning, features: tuple[Features, Features], targets: tuple[Targets, Targets]) -> Net:
    """Learned from the first, kept where the loss of the second, held out, is least."""
    import torch

    from models.artifact import rounded
    from models.period_network import PeriodConfig, PeriodNetwork
    from models.train import Schedule, fit

    table, outputs, how, seed = learning.table, learning.outputs, learning.how, learning.seed
    places = _places(table, how.body)
    torch.manual_seed(seed)
    config = PeriodConfig(places.shape[1], len(places), outputs, how.body, how.size, how.dropout)
    network = PeriodNetwork(config)
    begin(network, targets[0], outputs)
    mine, held = (
        tuple(torch.from_numpy(each) for each in (inputs(table, places, part), *target))
        for part, target in zip(features, targets, strict=True)
    )
    order = np.random.default_rng(seed)

    def batches(epoch: int) -> Iterator[tuple[Any, ...]]:
        del epoch
        every = torch.from_numpy(order.permutation(len(mine[0])))
        return (tuple(each[some] for each in mine) for some in torch.split(every, BATCH))

    def lost(batch: tuple[Any, ...]) -> Any:
        return learning.loss(network(batch[0]), *batch[1:])

    def score() -> float:
        with torch.no_grad():
            return -float(lost(held))

    fit(network, batches, lost, score, Schedule(how.epochs, how.rate, how.decay, average=0.95, seed=seed))
    network.load_state_dict(rounded(network))
    return Net(table, places, network)


def begin(network: "PeriodNetwork", targets: Targets, outputs: int) -> None:
    """With the shares of the classes, by period, so that only differences between persons are left to learn."""
    import torch

    kind, weight = targets
    wide = kind.reshape(len(kind), -1)
    classes = outputs // wide.shape[1]
    each = weight.reshape(wide.shape)
    count = np.stack([(each * (wide == at)).sum(0) for at in range(classes)], 1) + 1e-3
    with torch.no_grad():
        network.head.bias.copy_(torch.from_numpy(np.log(count / count.sum(1, keepdims=True)).ravel()))


@dataclass(frozen=True)
class NetHazards:
    net: Net
    causes: int

    def hazards(self, features: Features) -> Floats:
        score = self.net.logits(features).reshape(len(features), -1, self.causes + 1)
        odds = np.exp(score - score.max(2, keepdims=True))
        return np.asarray((odds / odds.sum(2, keepdims=True))[:, :, 1:], np.float64)

    def shap(self, features: Features) -> None:  # noqa: ARG002
        return None

    def save(self, folder: Path) -> None:
        self.net.save(folder)


@dataclass(frozen=True)
class Network:
    training: Training = field(default_factory=Training)
    periods: int = 12
    folds: int = 3

    @property
    def name(self) -> str:
        return f"network_{self.training.body}"

    def fit(self, features: Features, outcome: Outcome, seed: int) -> DiscreteSurvival:
        causes = len(outcome.causes)

        def one(mine: Features, rows: PersonPeriods, others: Features, held: PersonPeriods) -> Member:
            return self._one((mine, others), (rows, held), causes, seed)

        return crossed(features, outcome, self.folds, self.periods, one, seed)

    def _one(
        self, features: tuple[Features, Features], rows: tuple[PersonPeriods, PersonPeriods], causes: int, seed: int
    ) -> NetHazards:
        from models.period_network import hazard_loss

        periods = rows[0].periods

        def loss(logits: Any, kind: Any, weight: Any) -> Any:
            return hazard_loss(logits.view(len(logits), periods, causes + 1), kind, weight)

        first, second = (_targets(each, len(part), periods) for each, part in zip(rows, features, strict=True))
        outputs = periods * (causes + 1)
        table = screened(features[0], rows[0], causes, self.training.most)
        learning = Learning(table, outputs, loss, self.training, seed)
        return NetHazards(trained(learning, features, (first, second)), causes)

    def load(self, folder: Path) -> DiscreteSurvival:
        import json

        causes = len(json.loads((folder / "model.json").read_text(encoding="utf-8"))["causes"])
        return loaded(folder, lambda path: NetHazards(opened_net(path), causes))


def _targets(rows: PersonPeriods, persons: int, periods: int) -> Targets:
    kind, weight = np.zeros((persons, periods), np.int64), np.zeros((persons, periods), np.float32)
    kind[rows.person, rows.period], weight[rows.person, rows.period] = rows.kind, rows.weight
    return kind, weight
