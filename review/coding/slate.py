"""The list of codes while acts are being done on it: what each action changes."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from review.coding.act import Done
from review.coding.kind import kind
from review.coding.line import ACCEPTED, REJECTED, Line, Query
from review.coding.live import DISCLOSED, HOME

Key = tuple[str, str]  # system, code
MARKED = "coder"  # source of spans that a person marked


@dataclass
class Slate:
    """`first`: the principal of each kind. Marks stay on a code that is rejected and count again once it is accepted,
    as they do for whoever reads the log (nlp/icd/billing/decided.py).
    """

    lines: dict[Key, Line]
    order: list[Key] = field(default_factory=list)
    first: dict[str, Key] = field(default_factory=dict)
    admitting: Key | None = None
    queries: list[Query] = field(default_factory=list)

    @classmethod
    def of(cls, offered: Iterable[Line]) -> "Slate":
        return cls({(line.system, line.code): line for line in offered})

    def do(self, act: Done) -> None:
        DOES[act.action](self, act)

    def ranked(self) -> list[Key]:
        """Accepted codes: the principal of each kind, then what a coder ordered, then as they came."""
        accepted = [key for key, line in self.lines.items() if line.state == ACCEPTED]
        places = {key: at for at, key in enumerate(self.order)}
        firsts = set(self.first.values())
        return sorted(accepted, key=lambda key: (key not in firsts, places.get(key, len(places))))

    def shown(self) -> tuple[Line, ...]:
        ranks: dict[Key, int] = {}
        counts: dict[str, int] = {}
        for key in self.ranked():
            counts[kind(key[0])] = ranks[key] = counts.get(kind(key[0]), 0) + 1
        found = [self._shown(key, ranks.get(key, 0)) for key in self.lines]
        return tuple(sorted(found, key=lambda line: line.kind))

    def _shown(self, key: Key, rank: int) -> Line:
        line = self.lines[key]
        stands = line.state == ACCEPTED
        principal = stands and self.first.get(line.kind) == key
        admitting = stands and self.admitting == key
        if (line.rank, line.principal, line.admitting) == (rank, principal, admitting):
            return line
        return replace(line, rank=rank, principal=principal, admitting=admitting)

    def _accept(self, act: Done) -> None:
        self._say((act.system, act.code), ACCEPTED, act)

    def _reject(self, act: Done) -> None:
        """An added code that is taken out again leaves the list; a planted one does, once it is disclosed."""
        key = (act.system, act.code)
        if HOME + "code" in act.after:
            self._edit(act)
        elif act.after.get(DISCLOSED) or (key in self.lines and self.lines[key].added):
            self.lines.pop(key, None)
        else:
            self._say(key, REJECTED, act)

    def _edit(self, act: Done) -> None:
        old, new = (act.system, act.code), (act.system, str(act.after.get("code") or act.after.get(HOME + "code")))
        poa = self.lines[old].poa if old in self.lines else ""
        order = [new if key == old else key for key in self.ranked()]
        if old in self.lines and self.lines[old].added:
            del self.lines[old]
        else:
            self._say(old, REJECTED, act)
        self._say(new, ACCEPTED, act)
        self.lines[new] = replace(self.lines[new], poa=poa or self.lines[new].poa)
        if new in order:
            self.order = [*order, *(key for key in self.order if key not in order)]
        self.first = {name: new if key == old else key for name, key in self.first.items()}
        self.admitting = new if self.admitting == old else self.admitting

    def _say(self, key: Key, state: str, act: Done) -> None:
        """What a suggestion shows is the night's; of a code that is not offered the log alone knows it."""
        known = key in self.lines
        line = self.lines.get(key) or _from(key, act)
        new = [span for span in act.evidence if span not in line.evidence and (span.source == MARKED or not known)]
        marks = tuple(new) if state == ACCEPTED or not known else ()
        reason = act.reason if state == REJECTED else ""
        self.lines[key] = replace(line, state=state, evidence=(*line.evidence, *marks), reason=reason, actor=act.actor)

    def _evidence(self, act: Done) -> None:
        key = (act.system, act.code)
        if key in self.lines:
            line = self.lines[key]
            new = tuple(span for span in act.evidence if span not in line.evidence)
            self.lines[key] = replace(line, evidence=(*line.evidence, *new))

    def _principal(self, act: Done) -> None:
        self.first[kind(act.system)] = (act.system, act.code)

    def _admitting(self, act: Done) -> None:
        self.admitting = (act.system, act.code)

    def _poa(self, act: Done) -> None:
        key = (act.system, act.code)
        if key in self.lines:
            self.lines[key] = replace(self.lines[key], poa=str(act.after.get("poa") or ""))

    def _order(self, act: Done) -> None:
        """Whoever puts another code before the principal names that one."""
        codes = act.after.get(HOME + "codes") or act.after.get("codes") or ()
        named = [(act.system, str(code)) for code in codes]
        rest = [key for key in self.ranked() if key not in named]
        self.order = [*named, *rest, *(key for key in self.order if key not in named and key not in rest)]
        leads = next((key for key in named if key in self.lines and self.lines[key].state == ACCEPTED), None)
        if leads and kind(act.system) in self.first:
            self.first[kind(act.system)] = leads

    def _query(self, act: Done) -> None:
        options = tuple(str(each) for each in act.after.get("options") or ())
        self.queries.append(Query(act.system, act.code, str(act.after.get("question") or ""), options, act.actor))

    def _nothing(self, act: Done) -> None:
        """Notes, finish and reopen leave the codes as they are."""


DOES: dict[str, Callable[[Slate, Done], None]] = {
    "accept": Slate._accept,
    "add": Slate._accept,
    "reject": Slate._reject,
    "remove": Slate._reject,
    "edit": Slate._edit,
    "evidence": Slate._evidence,
    "principal": Slate._principal,
    "admitting": Slate._admitting,
    "poa": Slate._poa,
    "order": Slate._order,
    "query": Slate._query,
    "note": Slate._nothing,
    "finish": Slate._nothing,
    "reopen": Slate._nothing,
}


def _from(key: Key, act: Done) -> Line:
    """A code that is not offered (any more): as the act recorded it."""
    said = act.after
    score = said.get("score")
    return Line(
        *key,
        str(said.get("display") or said.get(HOME + "display") or ""),
        REJECTED,
        kind(key[0]),
        str(said.get("band") or ""),
        float(score) if isinstance(score, int | float) else None,
        added=not said.get("band"),
    )
