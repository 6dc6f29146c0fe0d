"""What the night is doing, in the terminal: bars with rate and time left; plain lines where no person watches."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console
from rich.progress import BarColumn, ProgressColumn, Task, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as RichProgress
from rich.text import Text

from runner.account import seconds
from runner.progress import Progress

EVERY = 10.0  # seconds between plain lines of one part


class Bars:
    """One bar a part, while `self.rich` is live."""

    def __init__(self, console: Console) -> None:
        columns = (
            TextColumn("{task.description:<14}"),
            BarColumn(bar_width=32, complete_style="cyan", finished_style="dim cyan"),
            TextColumn("{task.completed:>11,.0f} of {task.total:,.0f} {task.fields[unit]}"),
            Rate(),
            TimeRemainingColumn(compact=True, elapsed_when_finished=True),
        )
        self.rich = RichProgress(*columns, console=console)
        self._tasks: dict[str, TaskID] = {}

    def start(self, part: str, total: int, unit: str) -> None:
        self._tasks[part] = self.rich.add_task(part, total=total, unit=unit)

    def advance(self, part: str, done: int) -> None:
        self.rich.advance(self._tasks[part], done)

    def finish(self, part: str) -> None:
        task = self.rich.tasks[self.rich.task_ids.index(self._tasks[part])]
        self.rich.update(self._tasks[part], completed=task.total)


class Rate(ProgressColumn):
    """Things a second."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text(f"{speed:>9,.0f}/s" if speed and speed >= 10 else f"{speed or 0:>9.1f}/s", style="dim")


@dataclass
class Part:
    total: int
    unit: str
    began: float
    done: int = 0
    said: float = 0.0


@dataclass
class Lines:
    """One line when a part ends, and one every ten seconds while it lasts: for logs of schedulers."""

    say: Callable[[str], None]
    clock: Callable[[], float] = time.monotonic
    parts: dict[str, Part] = field(default_factory=dict)

    def start(self, part: str, total: int, unit: str) -> None:
        now = self.clock()
        self.parts[part] = Part(total, unit, now, said=now)

    def advance(self, part: str, done: int) -> None:
        at = self.parts[part]
        at.done += done
        now = self.clock()
        if now - at.said >= EVERY and at.done:
            left = (now - at.began) * (at.total - at.done) / at.done
            self.say(f"{part}: {at.done:,} of {at.total:,} {at.unit}, about {seconds(max(left, 0))} left")
            at.said = now

    def finish(self, part: str) -> None:
        at = self.parts[part]
        self.say(f"{part}: {at.total:,} {at.unit} in {seconds(self.clock() - at.began)}")


@contextmanager
def watching(console: Console) -> Iterator[Progress]:
    if not console.is_terminal:
        yield Lines(lambda line: console.print(line, highlight=False, soft_wrap=True))
        return
    bars = Bars(console)
    with bars.rich:
        yield bars
