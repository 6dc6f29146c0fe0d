"""The code tables at hand, each opened when it is first asked for: the installed one, and a site's own folder.

A site's folder holds one folder a system and one file an edition, named as in editions.yaml:
`ICD-10-CM/2025.txt`, `ICD-10-CM/2024-april.txt.gz`, `ICD-9-CM/2015.txt`, `CIE-10-ES/2024.csv`.
"""

from dataclasses import dataclass, field
from pathlib import Path

from contract.errors import InputError
from nlp.icd.catalogue import tabular
from nlp.icd.catalogue.catalogue import Catalogue
from nlp.icd.catalogue.editions import Edition, editions

INSTALLED = "ICD-10-CM"


@dataclass
class Shelf:
    folder: Path | None = None
    _opened: dict[tuple[str, str], Catalogue] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        """A file that no edition is named after would never be used: said at once."""
        for (system, name), file in self._files().items():
            known = [each.name for each in editions(system)]
            if known and name not in known:
                raise InputError(
                    f"{system}/{file.name} is no edition of {system}: expected one of {', '.join(known)}. "
                    "Rename the file."
                )

    def held(self, system: str) -> tuple[str, ...]:
        """Names of the editions at hand, oldest first; of a system that editions.yaml does not know, by name."""
        names = {name for held, name in self._files() if held == system}
        names |= {tabular.edition()} if system == INSTALLED else set()
        known = [each.name for each in editions(system)]
        return tuple(sorted(names, key=lambda name: (known.index(name) if name in known else -1, name)))

    @property
    def systems(self) -> tuple[str, ...]:
        return tuple(sorted({INSTALLED, *(system for system, _ in self._files())}))

    def at(self, edition: Edition) -> Catalogue | None:
        """None where no table of that edition is at hand: nothing is checked against another one."""
        return self.named(edition.system, edition.name)

    def named(self, system: str, name: str) -> Catalogue | None:
        if (system, name) not in self._opened:
            found = self._open(system, name)
            if found is None:
                return None
            self._opened[system, name] = found
        return self._opened[system, name]

    def _open(self, system: str, name: str) -> Catalogue | None:
        file = self._files().get((system, name))
        if file:
            table = Catalogue.file(file, system, name)
            return table.with_notes(Catalogue.icd10cm()) if system == INSTALLED else table
        return Catalogue.icd10cm() if (system, name) == (INSTALLED, tabular.edition()) else None

    def _files(self) -> dict[tuple[str, str], Path]:
        if self.folder is None:
            return {}
        if not self.folder.is_dir():
            raise InputError(f"the folder of code tables {self.folder} is not there. Make it, or leave the option out.")
        return {
            (file.parent.name, file.name.split(".")[0]): file
            for file in sorted(self.folder.glob("*/*"))
            if file.is_file() and not file.name.startswith(".")
        }
