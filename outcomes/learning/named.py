"""Every learner that has a name: what benches and `train outcomes` choose from."""

from collections.abc import Callable, Mapping
from functools import partial

from outcomes.learning.blend import Blend
from outcomes.learning.learner import Learner
from outcomes.learning.simple import Simple

SEQUENCES = ("gru", "gru-d", "timed-attention", "event-transformer")

DEFAULT, INCIDENCE = "simple", "incidence"


def _sequence(name: str) -> Learner:
    from outcomes.sequences.named import LEARNERS

    return LEARNERS[name]


def _beside(name: str) -> Learner:
    """The simple model and a sequence model, mixed."""
    from outcomes.sequences.mixed import Mixed

    return Mixed(f"{DEFAULT}+{name}", (Simple(), _sequence(name)))


def _represented() -> Learner:
    """The simple model with patient vectors as further features."""
    from outcomes.learning.extended import Extended
    from outcomes.sequences.representation import Unsupervised

    return Extended(f"{DEFAULT}+ae", (Unsupervised(),))


def _incidence() -> Learner:
    """Of tasks that ask for a time."""
    from outcomes.survival.incidences import Incidences

    return Incidences()


NAMED: Mapping[str, Callable[[], Learner]] = {
    DEFAULT: Simple,
    "logistic": lambda: Simple(blend=Blend(members=("logistic",)), name="logistic"),
    "trees": lambda: Simple(blend=Blend(members=("trees",)), name="trees"),
    **{name: partial(_sequence, name) for name in SEQUENCES},
    **{f"{DEFAULT}+{name}": partial(_beside, name) for name in SEQUENCES},
    f"{DEFAULT}+ae": _represented,
    INCIDENCE: _incidence,
}
