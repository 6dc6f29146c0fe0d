"""Stages that know what earlier nights learned over all persons."""

from typing import Protocol, runtime_checkable

from contract.work import Shard


@runtime_checkable
class Taught(Protocol):
    """A Stage that is given open tables of the last snapshot, whole, before `open`; its version tells which ones.

    Where tonight's summaries learned something else, the night is run a second time, so that it counts at once.
    """

    @property
    def learns(self) -> tuple[str, ...]: ...
    def teach(self, tables: Shard) -> None: ...
