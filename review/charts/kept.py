"""What was read last, within bounds of memory; several threads may ask at once."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass
class Kept(Generic[T]):
    """`most`: bytes, as `size` counts them; what was used longest ago goes first."""

    most: int
    size: Callable[[T], int]
    _held: OrderedDict[Hashable, tuple[T, int]] = field(default_factory=OrderedDict, repr=False)
    _bytes: int = 0
    _lock: Lock = field(default_factory=Lock, repr=False)

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Two threads that ask for the same at once may both make it."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                return self._held[key][0]
        made = make()
        self._put(key, made)
        return made

    def _put(self, key: Hashable, made: T) -> None:
        weight = self.size(made)
        with self._lock:
            _, old = self._held.pop(key, (None, 0))
            self._bytes -= old
            if weight > self.most:
                return
            self._held[key] = (made, weight)
            self._bytes += weight
            while self._bytes > self.most:
                _, (_, dropped) = self._held.popitem(last=False)
                self._bytes -= dropped
