"""Who is predicted when, and what became of it: the rows that tasks make and that everything after reads."""

from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from outcomes.timeline import Bools, Floats, Ints

Texts = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Loss:
    """A step of the selection: how many rows and persons came to it and how many went on."""

    step: str  # such as "trigger", "input: 1 <= _ANY_EVENT", "gap.end is not reached"
    rows: int
    left: int
    subjects: int
    subjects_left: int


@dataclass(frozen=True)
class Times:
    """Of m predictions. Kind 0: censored, nothing had happened by then; k: kinds[k - 1] happened first."""

    kinds: tuple[str, ...]
    days: npt.NDArray[np.float64]  # (m,) from the prediction on, at least a second
    kind: Ints  # (m,)
    horizons: tuple[float, ...] = ()  # days that the task asks about, rising

    def take(self, rows: Ints | Bools) -> "Times":
        return replace(self, days=self.days[rows], kind=self.kind[rows])


@dataclass(frozen=True)
class Cohort:
    """m predictions to be made, each of one person at one time, of t targets."""

    task: str
    targets: tuple[str, ...]  # (t,) "" where the task has one only
    subject: Ints  # (m,) place in Timeline.subjects
    encounter: Texts  # (m,) encounter_id of the trigger; None
    began: Ints  # (m,) time of the trigger
    at: Ints  # (m,) prediction time: what is recorded later is not known
    until: Ints  # (m,) where the label's window ends; NEVER: it has not ended
    label: Floats  # (m, t) 1 yes, 0 no, NaN not known (yet)
    losses: tuple[Loss, ...] = field(default=(), compare=False)
    times: Times | None = None  # of a task with horizons; its targets are each kind within each horizon, kind by kind

    def __len__(self) -> int:
        return len(self.at)

    def take(self, rows: Ints | Bools) -> "Cohort":
        columns = ("subject", "encounter", "began", "at", "until", "label")
        times = None if self.times is None else self.times.take(rows)
        return replace(self, times=times, **{name: getattr(self, name)[rows] for name in columns})

    @property
    def known(self) -> Bools:
        """(m,) where every label is."""
        return np.asarray(~np.isnan(self.label).any(1))
