"""What coders decided of an encounter's codes: of all acts that nobody took back the last one on a code stands.

Whoever finishes says with it which codes the encounter has, where the act holds the list: then that list is the word.
What a second coder said, who did not see the first, decides nothing until somebody has settled it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from nlp.icd.billing.acts import INDICATORS, Listed, Said, listed, order, said
from schemas.standing import SECOND, SETTLING, parted, round_of

ACCEPTED, REJECTED = "accepted", "rejected"
ACTS = {"accept": ACCEPTED, "add": ACCEPTED, "reject": REJECTED, "remove": REJECTED}
FINISH, REOPEN = "finish", "reopen"
MACHINES = ("chartloom", "artifact")  # beginnings of actors that are no persons
Visit = tuple[int, str]  # subject, encounter
Key = tuple[int, str, str, str]  # and code system, code
Act = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Decision:
    """`before`: it was accepted at some time. `disputed`: another coder had decided otherwise. `rank` from 1.

    `state` is empty where all that was decided was taken back. `evidence`: spans that were marked, or shown with it.
    """

    state: str
    actor: str
    time: datetime
    rank: int | None = None
    poa: str | None = None
    principal: bool = False
    admitting: bool = False
    before: bool = False
    disputed: bool = False
    evidence: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)


@dataclass
class Decided:
    """`ends`: the last of finish and reopen of an encounter, absent where it was never finished.

    `seen`: the digest of the notes that whoever finished had seen. `waits`: finished, and another coder has yet to say.
    """

    codes: dict[Key, Decision] = field(default_factory=dict, repr=False)
    ends: dict[Visit, str] = field(default_factory=dict, repr=False)
    seen: dict[Visit, str] = field(default_factory=dict, repr=False)
    waits: dict[Visit, bool] = field(default_factory=dict, repr=False)

    def add(self, row: Act) -> None:
        visit, after = (row["subject_id"], row["encounter_id"]), said(row["after"])
        if row["action"] == FINISH:
            self.waits[visit] = isinstance(after, dict) and after.get("waits") is True
        if round_of(row) == SECOND:
            return
        if row["action"] in (FINISH, REOPEN):
            self.ends[visit], self.seen[visit] = row["action"], row.get("note_digest") or ""
            if row["action"] == FINISH:
                self._settle(visit, listed(after), row)
        elif row["action"] == "order" and order(after):
            self._order((*visit, row["system"] or "", ""), order(after), row)
        elif row["code"]:
            self._act((*visit, row["system"] or "", row["code"]), after, row)

    def take_back(self, row: Act) -> None:
        """An act that was undone: what it accepted may have been exported meanwhile, and must be withdrawn then."""
        after, visit = said(row["after"]), (row["subject_id"], row["encounter_id"])
        if round_of(row) == SECOND or not row["code"]:
            return
        for key, state, _ in _meant((*visit, row["system"] or "", row["code"]), after, row):
            if state == ACCEPTED:
                last = self.codes.get(key) or Decision("", row["actor"], row["time"])
                self.codes[key] = replace(last, before=True)

    def _act(self, key: Key, after: Any, row: Act) -> None:
        """A code that takes another's place has its rank, and is principal or admitting where that was."""
        meant = _meant(key, after, row)
        old = self.codes.get(key)
        for other, state, told in meant:
            if other != key and old is not None:
                kept = {"rank": old.rank, "poa": old.poa, "principal": old.principal, "admitting": old.admitting}
                told = {**{name: value for name, value in kept.items() if value}, **told}
                self.codes[key] = replace(self.codes[key], rank=None, principal=False, admitting=False)
            self._say(other, state, told, row)

    def _say(self, key: Key, state: str, told: Said, row: Act) -> None:
        for other in self._of(key):
            if told.get("principal"):
                self.codes[other] = replace(self.codes[other], principal=False)
            if told.get("admitting"):
                self.codes[other] = replace(self.codes[other], admitting=False)
        self.codes[key] = _next(self.codes.get(key), state, told, row)

    def _order(self, first: Key, named: list[str], row: Act) -> None:
        """All others follow as they stood; whoever puts another code before the principal names that one."""
        rest = sorted((key for key in self._of(first) if key[3] not in named), key=self._place)
        for rank, key in enumerate([*((*first[:3], code) for code in named), *rest], 1):
            self.codes[key] = _next(self.codes.get(key), "", {"rank": rank}, row)
        standing = [key for key in self._of(first) if self.codes[key].state == ACCEPTED]
        leads = next((key for code in named for key in standing if key[3] == code), None)
        if leads and any(self.codes[key].principal for key in self._of(first)):
            for key in self._of(first):
                self.codes[key] = replace(self.codes[key], principal=key == leads)

    def _settle(self, visit: Visit, codes: list[Listed] | None, row: Act) -> None:
        if codes is None:
            return
        held = {(*visit, each.system, each.code): each for each in codes}
        for key, decision in list(self.codes.items()):
            if key[:2] == visit and key not in held and decision.state == ACCEPTED:
                self.codes[key] = _next(decision, REJECTED, {}, row)
        for key, each in held.items():
            last = self.codes.get(key)
            now = last if last and last.state == ACCEPTED else _next(last, ACCEPTED, {}, row)
            marks: dict[str, Any] = {
                "rank": each.rank,
                "poa": each.poa,
                "principal": each.principal,
                "admitting": each.admitting,
            }
            self.codes[key] = replace(now, **marks, disputed=now.disputed and round_of(row) != SETTLING)

    def _place(self, key: Key) -> tuple[bool, int]:
        decision = self.codes[key]
        return not decision.principal, decision.rank or 1 << 30

    def _of(self, key: Key) -> list[Key]:
        return [other for other in self.codes if other[:3] == key[:3]]


def decided(rows: Iterable[Act]) -> Decided:
    """Rows of phi/decisions; acts of machines decide nothing."""
    found = Decided()
    stands, undone = parted(row for row in rows if person(row["actor"]) and row["subject_id"] is not None)
    for row in stands:
        found.add(row)
    for row in undone:
        found.take_back(row)
    found.codes = {key: each for key, each in found.codes.items() if each.state or each.before}
    return found


def person(actor: str | None) -> bool:
    name = (actor or "").strip().lower()
    return bool(name) and not name.startswith(MACHINES)


def _meant(key: Key, after: Any, row: Act) -> list[tuple[Key, str, Said]]:
    """An edit to another code rejects the one and accepts the other; what says something else keeps the state."""
    told: Said = after if isinstance(after, dict) else {"poa": after} if row["action"] == "poa" else {}
    told = {**told, **({"principal": True} if row["action"] == "principal" else {})}
    told = {**told, **({"admitting": True} if row["action"] == "admitting" else {})}
    other = (*key[:2], str(told.get("system") or key[2]), str(told.get("code") or key[3]))
    if row["action"] == "edit" and other != key:
        return [(key, REJECTED, {}), (other, ACCEPTED, told)]
    return [(key, ACTS.get(row["action"], ""), told)]


def _next(last: Decision | None, state: str, told: Said, row: Act) -> Decision:
    last = last or Decision("", row["actor"], row["time"])
    rank, poa = told.get("rank"), told.get("poa")
    marked = () if state == REJECTED else tuple(each for each in row.get("evidence") or () if each not in last.evidence)
    now = replace(
        last,
        rank=rank if isinstance(rank, int) and rank > 0 else last.rank,
        poa=poa if poa in INDICATORS else None if row["action"] == "poa" and poa == "" else last.poa,
        principal=bool(told.get("principal")) or last.principal,
        admitting=bool(told.get("admitting")) or last.admitting,
        evidence=(*last.evidence, *marked),
    )
    if not state:
        return now
    disputed = last.disputed or (last.state not in ("", state) and last.actor != row["actor"])
    before = last.before or state == ACCEPTED
    return replace(now, state=state, actor=row["actor"], time=row["time"], before=before, disputed=disputed)
