"""Named events on notes of an unseen style: kappa of five systems and ours, from many labels and from 50."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Annotated

import numpy as np
import typer

from bench.event_notes import EVENTS, Labelled, harder, own, simulated
from bench.json_line import command, finish, say
from eval import agreement
from eval.resampling import Estimate, draws
from nlp.adverse.events.event import Event, load
from nlp.adverse.events.next_notes import choose, first
from nlp.adverse.events.note import System
from nlp.adverse.events.systems.named import SYSTEMS, make
from nlp.adverse.events.systems.windowed import Windowed

KEYS = ("kappa", "kappa_50")
OURS = "ours"
ORDERS = 1  # draws of a pool from which labels are chosen by doubt; it trains four times
ROUND = 10  # labels between two choices of the active order


@dataclass(frozen=True)
class Fold:
    """One event, learned on some styles and judged on another."""

    event: Event
    style: str
    learn: Sequence[Labelled]
    judge: Sequence[Labelled]


@dataclass(frozen=True)
class Plan:
    labels: int = 50
    draws: int = 3  # of so many labels
    large: int = 300  # notes of the large training set
    judged: int = 150  # notes of a fold
    systems: Sequence[str] = tuple(SYSTEMS)


@dataclass
class Said:
    """Answers of one system, fold after fold, in one order for all systems."""

    answers: list[str] = field(default_factory=list)
    kappas: dict[str, list[float]] = field(default_factory=dict)  # by event, of each fold and draw
    cpu_s: list[float] = field(default_factory=list)

    def note(self, fold: Fold, said: Sequence[str], spent: float) -> None:
        self.answers += said
        gold = [one.label for one in fold.judge]
        self.kappas.setdefault(fold.event.name, []).append(float(agreement.kappa(gold, said)[0]))
        self.cpu_s.append(spent)

    @property
    def mean(self) -> float:
        """Over events of the mean over folds and draws."""
        return float(np.mean([np.mean(each) for each in self.kappas.values()]))


def folds(events: Mapping[str, Sequence[Labelled]], plan: Plan) -> Iterator[Fold]:
    """Each style once as the unseen one."""
    for name, every in events.items():
        for style in sorted({one.style for one in every}):
            chance = Random(f"{name}/{style}")
            learn = [one for one in every if one.style != style]
            judge = [one for one in every if one.style == style]
            chance.shuffle(learn)
            yield Fold(load(name), style, learn, chance.sample(judge, min(plan.judged, len(judge))))


def ask(system: System, fold: Fold, learn: Sequence[Labelled]) -> tuple[list[str], float]:
    began = time.process_time()
    system.fit([one.note for one in learn], [one.label for one in learn])
    spent = time.process_time() - began
    scores = system.scores([one.note for one in fold.judge])
    return [fold.event.labels[at] for at in scores.argmax(1)], spent


def many(every: Sequence[Fold], plan: Plan) -> dict[str, Said]:
    found: dict[str, Said] = {name: Said() for name in plan.systems}
    for fold in every:
        for name, said in found.items():
            said.note(fold, *ask(make(name, fold.event), fold, fold.learn[: plan.large]))
        now = ", ".join(f"{name} {one.kappas[fold.event.name][-1]:.2f}" for name, one in found.items())
        say(f"  {fold.event.name}, {fold.style or 'test'} unseen, {min(plan.large, len(fold.learn))} labels: {now}")
    return found


def few(every: Sequence[Fold], plan: Plan) -> dict[str, Said]:
    """From some labels drawn at random, and (ours) chosen by doubt."""
    found: dict[str, Said] = {name: Said() for name in (*plan.systems, "ours, chosen")}
    for fold in every:
        for number in range(plan.draws):
            pool = Random(number).sample(list(fold.learn), min(len(fold.learn), 6 * plan.labels))
            for name in plan.systems:
                found[name].note(fold, *ask(make(name, fold.event, number), fold, _both(pool, plan.labels)))
            if OURS in plan.systems and number < ORDERS:
                chosen = active(fold.event, pool, plan.labels)
                found["ours, chosen"].note(fold, *ask(make(OURS, fold.event, number), fold, chosen))
        now = ", ".join(f"{name} {np.mean(one.kappas[fold.event.name][-plan.draws:]):.2f}"
                        for name, one in found.items() if one.kappas)  # fmt: skip
        say(f"  {fold.event.name}, {fold.style or 'test'} unseen, {plan.labels} labels: {now}")
    return {name: said for name, said in found.items() if said.kappas}


def _both(pool: Sequence[Labelled], count: int) -> list[Labelled]:
    """The first `count`; more where they are all of one label, as somebody who labels would go on."""
    while len({one.label for one in pool[:count]}) < 2 and count < len(pool):
        count += 1
    return list(pool[:count])


def active(event: Event, pool: Sequence[Labelled], count: int) -> list[Labelled]:
    """First notes that speak of it in unlike ways, then, ten by ten, what is doubted most."""
    system = Windowed(event)
    places = first(system, [one.note for one in pool], min(2 * ROUND, count))
    while len(places) < count:
        known = [pool[at] for at in places]
        system = Windowed(event)
        system.fit([one.note for one in known], [one.label for one in known])
        left = [at for at in range(len(pool)) if at not in places]
        more = choose(system, [pool[at].note for at in left], min(ROUND, count - len(places)), [k.note for k in known])
        if not more:
            break
        places += [left[one.at] for one in more]
    return _both([pool[at] for at in places], count)


def told(title: str, every: Sequence[Fold], found: Mapping[str, Said]) -> dict[str, Estimate]:
    """Kappa of all folds' answers together, with intervals over what is told, not over notes."""
    gold = [one.label for fold in every for one in fold.judge]
    weights = draws([f"{fold.event.name}/{one.whose}" for fold in every for one in fold.judge])
    say(title)
    estimates = {}
    for name, said in found.items():
        one = estimates[name] = agreement.estimate(gold, said.answers, weights)
        each = ", ".join(f"{event} {np.mean(kappas):.3f}" for event, kappas in said.kappas.items())
        say(f"  {name}: kappa {one.value:.3f} [{one.low:.3f}, {one.high:.3f}]; mean of folds {said.mean:.3f} ({each}); "
            f"{np.mean(said.cpu_s):.1f} CPU-seconds to learn")  # fmt: skip
    return estimates


ORDER = (("cnn", "bilstm"), ("bilstm", "knn"), ("bilstm", "forest"), ("bilstm", "svm"), ("cnn", "svm"))


def ordered(every: Sequence[Fold], found: Mapping[str, Said]) -> None:
    """Whether the order of Borjali 2021 is seen: each pair on the same notes."""
    gold = [one.label for fold in every for one in fold.judge]
    weights = draws([f"{fold.event.name}/{one.whose}" for fold in every for one in fold.judge])
    for first_one, second in ORDER:
        if first_one in found and second in found:
            gap = agreement.difference(gold, found[first_one].answers, found[second].answers, weights)
            word = "reproduced" if gap.low > 0 else "refuted" if gap.high < 0 else "neither: the interval holds 0"
            say(f"  {first_one} above {second}: {gap.value:+.3f} [{gap.low:+.3f}, {gap.high:+.3f}], {word}")


def judged(title: str, every: Sequence[Fold], plan: Plan) -> dict[str, object]:
    say(f"{title}: {len(every)} folds")
    large = many(every, plan)
    estimates = told(f"{title}, up to {plan.large} labels", every, large)
    ordered(every, large)
    say(f"{title}: from {plan.labels} labels")
    small = few(every, plan)
    say(f"{title}, {plan.labels} labels, mean over {plan.draws} draws")
    for name, one in small.items():
        spread = np.concatenate([np.asarray(each) for each in one.kappas.values()])
        each = ", ".join(f"{event} {np.mean(kappas):.3f}" for event, kappas in one.kappas.items())
        say(f"  {name}: kappa {one.mean:.3f} ({each}); a draw and fold from {spread.min():.2f} to {spread.max():.2f}; "
            f"{np.mean(one.cpu_s):.1f}, at most {np.max(one.cpu_s):.1f} CPU-seconds to learn")  # fmt: skip
    best = small.get(OURS)
    return {
        "kappa": {name: round(one.value, 4) for name, one in estimates.items()},
        "kappa_50": round(best.mean, 4) if best else None,
    }


def main(
    cases: Annotated[
        Path | None, typer.Option(metavar="DIR", help="<event>/train.jsonl and test.jsonl, in place of our own notes.")
    ] = None,
    labels: Annotated[int, typer.Option(min=8, help="The few labels to learn from.")] = 50,
    repeats: Annotated[int, typer.Option("--draws", min=1, help="Draws of the few labels.")] = 3,
    large: Annotated[int, typer.Option(min=20, help="Labels of the large training set, at most.")] = 300,
    source: Annotated[str, typer.Option(help="simulated, harder or both; the JSON line is of the first.")] = "both",
    systems: Annotated[str, typer.Option(help="With commas, of " + ", ".join(SYSTEMS))] = ",".join(SYSTEMS),
    notes: Annotated[int, typer.Option(min=100, help="Simulated notes of a kind and hospital.")] = 1500,
) -> None:
    """Cohen's kappa on a style of notes that was not learned from, each style once.

    Example: python -m bench.events --source harder --systems svm,ours
    """
    import torch

    torch.set_num_threads(1)
    plan = Plan(labels, repeats, large, systems=tuple(systems.split(",")))
    values: list[dict[str, object]] = []
    if cases:
        values.append(judged("cases", [Fold(e, "", _shuffled(a), b) for e, a, b in own(cases)], plan))
    if not cases and source in ("simulated", "both"):
        values.append(judged("simulated notes", list(folds(simulated(notes, (101, 102)), plan)), plan))
    if not cases and source in ("harder", "both"):
        every = {name: harder(name, plan.judged, 101) for name in EVENTS}
        values.append(judged("harder notes", list(folds(every, plan)), plan))
    if not values:
        raise typer.BadParameter("source is simulated, harder or both.")
    finish(KEYS, values[0])


def _shuffled(notes: Sequence[Labelled]) -> list[Labelled]:
    return Random(1).sample(list(notes), len(notes))


if __name__ == "__main__":
    command(main)
