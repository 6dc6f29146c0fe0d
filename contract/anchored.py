"""Work whose relative paths begin where pipelines.yaml lies, wherever the command is called from."""

from pathlib import Path
from typing import Protocol, runtime_checkable


@runtime_checkable
class Anchored(Protocol):
    """A Stage, Summary or Check that is told the folder before anything else."""

    def anchor(self, root: Path) -> None: ...
