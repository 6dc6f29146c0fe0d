"""What a simulated hospital is made of: every switch, with its default."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from contract.errors import ConfigError

SHAPES = ("synthea", "epic", "cerner", "meditech")  # what an extract of the hospital may look like
STYLES = ("narrative", "terse", "table", "shout")
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Drift:
    """Strength of each change over the years; 0 is none, 1 is the size in data/formulas.yaml."""

    death: float = 0.0  # the risk of death rises
    severity: float = 0.0  # stays become sicker
    assay: float = 0.0  # creatinine reads higher after the middle date
    coding: float = 0.0  # share of hypertension coded as essential hypertension after the middle date


@dataclass(frozen=True)
class HospitalConfig:
    patients: int = 200
    seed: int = 7
    start: date = date(2015, 1, 1)
    end: date = date(2024, 12, 31)
    notes: bool = True
    embeddings: bool = True
    missingness: float = 0.0  # 0: labs missing at random; 1: the sicker, the more are measured
    confounding: float = 0.0  # 0: enoxaparin at random; 1: one logit more per SD of severity
    drift: Drift = field(default_factory=Drift)
    errors: float = 0.0  # share of rows into which an error is planted
    styles: tuple[str, ...] = STYLES  # leave one out to judge on a style never seen
    noise: float = 3.0  # SD added to every coordinate of an embedding whose signal has SD 1
    shape: str = "synthea"  # another: the extract of a vendor's database, beside csv/
    site: int = 0  # another number: other machines (assay offsets), other measuring habits

    def __post_init__(self) -> None:
        if self.patients < 1:
            raise ConfigError(f"patients is {self.patients}; a hospital needs at least 1.")
        if self.start >= self.end:
            raise ConfigError(f"start {self.start} is not before end {self.end}.")
        if not 0 <= self.errors <= 1:
            raise ConfigError(f"errors is {self.errors}; it is a share of rows between 0 and 1.")
        if self.noise <= 0:
            raise ConfigError(f"noise is {self.noise}; the ceiling of a reader is known for noise above 0 only.")
        if self.shape not in SHAPES:
            raise ConfigError(f"shape {self.shape!r} not known; choose from {', '.join(SHAPES)}.")
        if self.shape != "synthea" and not self.notes:
            raise ConfigError(f"shape {self.shape} has notes; leave notes on.")
        unknown = sorted(set(self.styles) - set(STYLES))
        if unknown or not self.styles:
            raise ConfigError(f"styles {unknown or '(none)'} not known; choose from {', '.join(STYLES)}.")
