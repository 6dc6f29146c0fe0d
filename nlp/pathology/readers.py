"""The readers that the step runs: where each lives, and where its shipped artifact lies."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import cast

from contract.errors import InputError
from nlp.pathology.field import Reader

WEIGHTS = Path(__file__).parents[2] / "models" / "weights" / "pathology"
READERS: Mapping[str, str] = {  # name -> module:Class with a `load(folder)`
    "breast": "nlp.pathology.breast.reader:BreastReader",
    "oncology": "nlp.pathology.oncology.reader:OncologyReader",
}
DIGEST = "digest"


@dataclass(frozen=True)
class Place:
    """Where a reader's artifact is looked for. `named` by the site, so that its absence is an error."""

    name: str
    folder: Path
    named: bool

    @property
    def there(self) -> bool:
        return (self.folder / DIGEST).is_file()

    @property
    def artifact(self) -> str:
        """The folder's name and the beginning of the digest that it states."""
        return f"{self.folder.name}-{(self.folder / DIGEST).read_text(encoding='utf-8').strip()[:12]}"

    def load(self) -> Reader:
        if not self.there:
            raise InputError(
                f"{self.folder} is no trained reader of {self.name} reports: its file `digest` is missing. "
                "`chartloom train pathology` makes one; leave the parameter out to take what is shipped."
            )
        module, _, kind = READERS[self.name].partition(":")
        return cast(Reader, getattr(import_module(module), kind).load(self.folder))


def place(name: str, folder: str) -> Place:
    return Place(name, Path(folder) if folder else WEIGHTS / name, bool(folder))
