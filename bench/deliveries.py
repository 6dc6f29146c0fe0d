"""Two deliveries of one hospital: everybody, then a delta; simulated, or made of a folder of CSV tables."""

from dataclasses import dataclass
from pathlib import Path

from bench.copies import copy_folder
from simulate.config import HospitalConfig


@dataclass(frozen=True)
class Nights:
    """Folders of CSV tables. `final` is the state after both, delivered at once."""

    first: Path
    second: Path
    final: Path


def simulated(patients: int, share: float, out: Path) -> Nights:
    """A hospital of `patients`, of whom `share` are new or changed in the second delivery."""
    from simulate.nights import two_nights

    two_nights(HospitalConfig(patients=patients, notes=False, embeddings=False), out, share=share)
    return Nights(out / "night1" / "csv", out / "night2" / "csv", out / "final" / "csv")


def copied(source: Path, out: Path) -> tuple[Path, Path]:
    """The folder itself, then the same people under other ids, all of them new."""
    copy_folder(source, out, 1)
    return source, out
