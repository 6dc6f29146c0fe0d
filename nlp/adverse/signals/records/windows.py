"""Parameters of both designs: how long before and after a drug begins which days count as what."""

from dataclasses import dataclass

from contract.errors import ConfigError


@dataclass(frozen=True)
class Windows:
    """Days. The risk window begins `first` days after the start of a course and ends `risk` days after it, or `carry`
    days after its end. `pre`: before the start, when harm may be the reason for the drug.

    `run_in`: of a person's first days nothing counts, for what was there before is recorded then. `washout`: seen so
    long without the drug, a person is new to it. `age_years`: width of age bands, 0 for none. `season`: quarters.
    """

    first: int = 1
    risk: int = 90
    carry: int = 30
    pre: int = 30
    run_in: int = 30
    washout: int = 180
    age_years: int = 0
    season: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.first <= self.risk or min(self.carry, self.pre, self.run_in, self.washout, self.age_years) < 0:
            raise ConfigError("windows of signals: expected days of 0 and more, and first no later than risk.")
