"""What the stage works with: the terms, a miner by them, and before it a trained one where an artifact is there."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import cast

from contract.errors import InputError
from models import folder as folders
from nlp.adverse.chart.knowledge import Knowledge
from nlp.adverse.joined import Sure
from nlp.adverse.mention import Miner

LEAST_OF_RULES = 0.65
"""Below it stand rules such as "effect on drug": of a simulated hospital (200 persons, seed 11) 3 of 15 such pairs were
true, 58 of 59 above it."""
TERMS = Path(__file__).with_name("terms") / "data"
SHIPPED = Path(__file__).parents[2] / "models" / "weights" / "adverse"


@dataclass(frozen=True)
class Kit:
    """`name`: of the artifact, as rows state it; "terms-..." where nothing trained is there."""

    name: str
    terms: Knowledge
    miners: Sequence[Miner]

    @property
    def languages(self) -> Sequence[str]:
        """That some miner reads."""
        return sorted({language for miner in self.miners for language in miner.languages})


def there(folder: Path) -> bool:
    return folders.there(folder)


def name_of(folder: Path | None, tables: str) -> str:
    """The terms are part of every artifact: other tables, other findings."""
    terms = "-".join(["terms", digest(TERMS), *([digest(Path(tables))] if tables else [])])
    return terms if folder is None else f"{folders.name_of(folder)}-{terms}"


def load(folder: Path | None, tables: str) -> Kit:
    from nlp.adverse.terms.terms import Terms

    name = name_of(folder, tables)
    terms = Terms.of(Path(tables) if tables else None)
    return Kit(name, terms, [*([_trained(folder)] if folder else []), _of_terms(terms)])


def _trained(folder: Path) -> Miner:
    return cast(Miner, import_module("nlp.adverse.mining.miner").TrainedMiner.load(folder))


def _of_terms(terms: Knowledge) -> Miner:
    return Sure(cast(Miner, import_module("nlp.adverse.terms.miner").TermMiner(terms)), LEAST_OF_RULES)


def digest(folder: Path) -> str:
    """Of the tables of a folder."""
    if not folder.is_dir():
        raise InputError(f"tables: {folder} is not a folder; expected one with CSV files of drugs or effects.")
    said = sha256()
    for path in sorted((*folder.glob("*.csv"), *folder.glob("*.yaml"))):
        said.update(path.name.encode() + b"\0" + path.read_bytes())
    return said.hexdigest()[:8]
