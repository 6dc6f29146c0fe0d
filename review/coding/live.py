"""Which acts of a thread count: undo takes the last one out, redo puts it back, and a finish is a wall."""

from collections.abc import Sequence
from dataclasses import dataclass

from review.coding.act import Done

WALLS = ("finish", "reopen")
UNDONE, REDONE, DISCLOSED = "undone", "redone", "disclosed"  # what `after` says of undo, redo, and our own removals
HOME = "_"  # what begins so in `before` and `after` stays here: it names a planted code (review/handover)


@dataclass(frozen=True)
class Live:
    """`undoes`, `redoes`: decision_id that undo and redo would touch; empty: nothing."""

    acts: tuple[Done, ...]
    finished: bool
    undoes: str
    redoes: str


def live(acts: Sequence[Done]) -> Live:
    """Acts that do not fit (an undo of what is not last) change nothing: the log was written by our own rules."""
    done: list[Done] = []
    undone: list[Done] = []
    for act in acts:
        if act.action == "undo":
            _move(done, undone, act.after.get(UNDONE))
        elif act.action == "redo":
            _move(undone, done, act.after.get(REDONE))
        else:
            done.append(act)
            undone.clear()
    ends = [act.action for act in done if act.action in WALLS]
    finished = bool(ends) and ends[-1] == "finish"
    undoes = done[-1].decision_id if done and not finished and not _wall(done[-1]) else ""
    return Live(tuple(done), finished, undoes, undone[-1].decision_id if undone and not finished else "")


def _move(source: list[Done], target: list[Done], decision_id: object) -> None:
    if source and source[-1].decision_id == decision_id and not _wall(source[-1]):
        target.append(source.pop())


def _wall(act: Done) -> bool:
    return act.action in WALLS or bool(act.after.get(DISCLOSED))
