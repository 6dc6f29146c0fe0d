"""The sequence learners by name, with the sizes that were found to do on a few thousand stays."""

from collections.abc import Mapping

from models.train import Schedule
from outcomes.sequences.events import Recent
from outcomes.sequences.grid import Hourly
from outcomes.sequences.learner import SequenceLearner
from outcomes.sequences.strategies import Strategy

MASKED = Strategy(mask=0.5)
RECURRENT = Schedule(epochs=16, rate=2e-3, decay=0.05, average=0.97, patience=4)

LEARNERS: Mapping[str, SequenceLearner] = {
    "gru": SequenceLearner(
        "gru", "gru", Hourly(), schedule=RECURRENT, size=64, folds=3, members=3, strategy=MASKED
    ),
    "gru-d": SequenceLearner("gru-d", "gru-d", Hourly(), schedule=RECURRENT, size=64, strategy=MASKED),
    "timed-attention": SequenceLearner(
        "timed-attention", "timed-attention", Recent(hours=2), schedule=RECURRENT, size=64, strategy=MASKED
    ),
    "event-transformer": SequenceLearner(
        "event-transformer", "event-transformer", Recent(longest=256, hours=12), size=64, folds=3, members=3,
        schedule=Schedule(epochs=10, rate=2e-3, decay=0.05, average=0.97, patience=3), strategy=MASKED,
    ),
}  # fmt: skip
