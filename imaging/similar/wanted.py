"""What a similar study must be besides similar: of a modality, a body part, a time, the same person or another's."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from contract.errors import ConfigError, InputError
from imaging.similar.index import Asked, Index
from imaging.studies import Ints, Texts

PATIENTS = ("", "same", "other")
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Wanted:
    """Nothing named: all. `since` <= time < `until`. What a study does not say (modality, time) it is not.

    `patient`: same or other person as the study asked of; persons of other repositories are others. `earlier`:
    strictly before the study asked of, so that a draft of it looks at nothing that came later.
    """

    modality: tuple[str, ...] = ()
    body_part: tuple[str, ...] = ()
    since: np.datetime64 | None = None
    until: np.datetime64 | None = None
    patient: str = ""
    earlier: bool = False

    def __post_init__(self) -> None:
        if self.patient not in PATIENTS:
            raise ConfigError(f"unknown patient {self.patient!r}: expected same, other or nothing.")

    def possible(self, index: Index, asked: Asked) -> Ints:
        """Rows of the index that fit for any of the studies asked of."""
        studies = index.studies
        fit = _named(studies.modality, self.modality) & _named(index.body_part, self.body_part)
        if self.since is not None:
            fit &= studies.time >= self.since  # NaT is on no side of any time
        if self.until is not None:
            fit &= studies.time < self.until
        if self.patient == "same":
            fit &= np.isin(studies.subject_id, asked.studies.subject_id) & (index.name == asked.repository)
        if self.earlier:
            times = asked.studies.time[~np.isnat(asked.studies.time)]
            fit &= studies.time < times.max() if len(times) else False
        return np.flatnonzero(fit)

    def fits(self, index: Index, asked: Asked, query: Ints, row: Ints) -> Mask:
        """Pairs, by what depends on both."""
        fit = np.ones(len(query), bool)
        if self.patient:
            home = index.name == asked.repository
            same = (index.studies.subject_id[row] == asked.studies.subject_id[query]) & home
            fit &= same if self.patient == "same" else ~same
        if self.earlier:
            fit &= index.studies.time[row] < asked.studies.time[query]
        return fit

    def require_known(self, asked: Asked) -> None:
        """What is asked relative to a study needs one that lies in a repository."""
        if self.patient and not asked.repository:
            raise InputError(
                "`patient` compares with the person of the study that is asked of, and a vector alone has none. "
                "Name a study of a repository, or leave the patient out."
            )


def _named(said: Texts, names: tuple[str, ...]) -> Mask:
    """Upper and lower case are the same."""
    if not names:
        return np.ones(len(said), bool)
    known = {name.casefold() for name in names}
    words = {word: str(word).casefold() in known for word in set(said)}
    return np.fromiter((words[word] for word in said), bool, len(said))
