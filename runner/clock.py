"""Wall and CPU seconds of the parts of a piece of work, added up by name."""

import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


def cpu_seconds() -> float:
    """Of this process and of its children that have ended."""
    own, ended = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + ended.ru_utime + ended.ru_stime


@dataclass
class Clock:
    parts: dict[str, tuple[float, float]] = field(default_factory=dict)  # part -> (seconds, CPU seconds)

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        wall, cpu = time.perf_counter(), time.process_time()
        try:
            yield
        finally:
            self.add({name: (time.perf_counter() - wall, time.process_time() - cpu)})

    def add(self, parts: dict[str, tuple[float, float]]) -> None:
        for name, (wall, cpu) in parts.items():
            before = self.parts.get(name, (0.0, 0.0))
            self.parts[name] = (before[0] + wall, before[1] + cpu)
