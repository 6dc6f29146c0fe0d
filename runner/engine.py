"""Engines: (task, items) -> results in the order of the items. The same rows come from each."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

from contract.errors import ConfigError, StageError
from runner.config import Engine

Item = TypeVar("Item")
Result = TypeVar("Result")
Run = Callable[[Callable[[Item], Result], Sequence[Item]], Iterator[Result]]


def serial(task: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[Result]:
    return map(task, items)


def pool(workers: int) -> Run[Item, Result]:
    """Processes of this machine, started afresh: what one holds in memory dies with it."""

    def run(task: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[Result]:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["runner.batch"])
        many = min(workers, max(len(items), 1))
        with ProcessPoolExecutor(many, mp_context=context, initializer=_finish_what_you_do) as executor:
            try:
                yield from executor.map(task, items)
            except BrokenProcessPool as error:  # a worker was killed: by the system for memory, or by hand
                raise StageError("a worker process died; lower engine.batch_mb or engine.workers.") from error

    return run


def _finish_what_you_do() -> None:
    """Ctrl-C reaches every process of the terminal: workers end the batch they are at, the night says the rest."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def engine(said: Engine) -> Run[Any, Any]:
    workers = os.cpu_count() or 1 if said.workers == "auto" else int(said.workers)
    if said.kind == "serial" or workers == 1:
        return serial
    if said.kind == "pool":
        return pool(workers)
    raise ConfigError(f"engine.kind is {said.kind!r}; expected serial or pool.")
