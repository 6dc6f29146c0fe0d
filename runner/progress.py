"""How long work tells the person who waits what it is doing; the terminal's bars are one listener, logs another."""

from typing import Protocol


class Progress(Protocol):
    def start(self, part: str, total: int, unit: str) -> None:
        """A part of the night begins: `total` things of kind `unit` lie before it."""

    def advance(self, part: str, done: int) -> None:
        """`done` more of them are finished."""

    def finish(self, part: str) -> None: ...


class Silent:
    """Says nothing."""

    def start(self, part: str, total: int, unit: str) -> None:
        pass

    def advance(self, part: str, done: int) -> None:
        pass

    def finish(self, part: str) -> None:
        pass
