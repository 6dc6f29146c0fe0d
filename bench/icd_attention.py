"""What label attention over 9,000 labels costs, and what each way to pay less takes from accuracy: CAML, one core."""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import torch
import typer
from torch import Tensor

from bench.icd_charts import Corpus, parts
from bench.json_line import command, finish, say
from models.caml import Caml, CamlConfig
from models.code_networks import loss
from models.documents import Document, filled
from nlp.icd.chart import Chart
from nlp.icd.literature.held_out import mean_average_precision, truth
from nlp.icd.literature.neural import Neural
from nlp.icd.literature.systems import LITERATURE

KEYS = ("labels", "ms", "accuracy", "parts")
WORDS, GOLD = 20_000, 16  # of the vocabulary; of a note
REPEATS = 3


@dataclass(frozen=True)
class Way:
    """`sampled`: labels beside the gold ones in a step of training; `candidates`: codes that are scored.

    `plain`: the formulas as they are written, with all attention weights in memory.
    """

    bf16: bool = False
    pool: int = 1
    candidates: int = 0
    sampled: int = 0
    plain: bool = False


WAYS: Mapping[str, Way] = {
    "plain": Way(plain=True),
    "plain_bf16": Way(bf16=True, plain=True),
    "full": Way(),
    "bf16": Way(bf16=True),
    "pool4": Way(pool=4),
    "pool4_bf16": Way(bf16=True, pool=4),
    "candidates300": Way(candidates=300, sampled=300),
}


def main(
    train: Annotated[Path | None, typer.Option(help="Folder in CodiEsp's layout: what each way takes from it.")] = None,
    labels: Annotated[int, typer.Option(help="Labels of the network that is timed.")] = 9000,
    tokens: Annotated[str, typer.Option(help="Words of the notes, with commas.")] = "1500,3000",
    folds: Annotated[int, typer.Option(help="Parts of --train that are judged, of five.")] = 5,
) -> None:
    """Milliseconds a note, reading and learning; with --train MAP and micro-F1 by cross-validation for every way.

    Example: python -m bench.icd_attention --train codiesp/train
    """
    torch.set_num_threads(1)
    ms = {
        size: {name: timed(way, labels, int(size)) for name, way in WAYS.items()} for size in tokens.split(",") if size
    }
    accuracy = judged(train, folds) if train else {}
    finish(KEYS, {"labels": labels, "ms": ms, "accuracy": accuracy, "parts": folds if train else 0})


def timed(way: Way, labels: int, tokens: int) -> dict[str, float]:
    """CPU milliseconds of one note: forward, and forward with backward and the optimizer's step."""
    torch.manual_seed(1)
    network = Caml(CamlConfig(labels, WORDS, pool=way.pool))
    chance = np.random.default_rng(1)
    note = Document(
        chance.integers(2, WORDS, tokens).tolist(), [0] * tokens, chance.choice(labels, GOLD, False).tolist()
    )
    chosen = torch.arange(way.candidates) if way.candidates else None
    optimizer = torch.optim.AdamW(network.parameters(), fused=True)

    def forward() -> None:
        with torch.inference_mode(), _precision(way):
            _scores(network, note, chosen, way)

    def step() -> None:
        optimizer.zero_grad()
        with _precision(way):
            value = _plain(network, note).square().mean() if way.plain else loss(network, [note], way.sampled)
        value.backward()  # type: ignore[no-untyped-call]
        optimizer.step()

    network.train()
    learning = _cpu_ms(step)
    network.eval()
    found = {"forward": _cpu_ms(forward), "training": learning}
    say(f"{tokens} words, {labels} labels, {way}: {found}")
    return found


def judged(train: Path, folds: int) -> dict[str, dict[str, float]]:
    """MAP and micro-F1 of each way, and how far they are from `full`."""
    found: dict[str, dict[str, float]] = {}
    for name, way in WAYS.items():
        if way.plain:
            continue  # the same numbers as `full`
        runs = [_run(way, part.train, part.test) for part in parts(Corpus(train))[:folds]]
        found[name] = {key: round(float(np.mean([run[key] for run in runs])), 4) for key in runs[0]}
        for key in ("map", "micro_f1"):
            found[name][f"{key}_change"] = round(found[name][key] - found["full"][key], 4)
        say(f"{name}: {found[name]}")
    return found


def _run(way: Way, train: Sequence[Chart], test: Sequence[Chart]) -> dict[str, float]:
    began = time.process_time()
    made: Any = LITERATURE["caml"]()
    system: Neural = replace(made, bf16=way.bf16, candidates=way.candidates, sampled=way.sampled)
    system.network = replace(CamlConfig(), pool=way.pool)
    system.fit(train)
    seconds = time.process_time() - began
    codes = tuple(dict.fromkeys([*system.codes, *(code for chart in test for code in chart.gold)]))
    scores = np.full((len(test), len(codes)), -1.0, np.float32)  # of codes that training lacks: never said
    scores[:, : len(system.codes)] = system.scores(test)
    gold = truth(test, codes)
    yes = scores >= system.threshold
    f1 = 2 * int((yes & gold).sum()) / max(1, int(yes.sum()) + int(gold.sum()))
    return {"map": mean_average_precision(scores, gold), "micro_f1": f1, "train_cpu_s": seconds}


def _scores(network: Caml, note: Document, chosen: Tensor | None, way: Way) -> Tensor:
    return _plain(network, note) if way.plain else network([note], chosen)


def _plain(network: Caml, note: Document) -> Tensor:
    states = network.states(filled([note.ids]))[0][0]  # (T, filters)
    head = network.head
    attention = torch.softmax(head.look.to(states.dtype) @ states.T, 1)  # (L, T)
    return ((attention @ states).float() * head.say).sum(1) + head.bias


def _precision(way: Way) -> AbstractContextManager[Any]:
    return torch.autocast("cpu", torch.bfloat16, enabled=way.bf16)


def _cpu_ms(act: Callable[[], None]) -> float:
    """The quickest of some, after one to warm up."""
    act()
    times = []
    for _ in range(REPEATS):
        began = time.process_time()
        act()
        times.append(time.process_time() - began)
    return round(1000 * min(times), 1)


if __name__ == "__main__":
    command(main)
