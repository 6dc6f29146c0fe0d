"""What an inbox holds against what is remembered: states, arrivals, tombstones."""

import os
from pathlib import Path

import pytest

from contract.errors import InputError
from etl.sources.fhir import Fhir
from runner.inbox import Found, Inbox, Known

PATIENT = '{"resourceType":"Patient","id":"p"}'


def put(root: Path, **groups: str) -> None:
    """A group is its Patients' file; `name__other` is a file in a folder of the group."""
    for name, text in groups.items():
        folder, _, inner = name.partition("__")
        path = root / "in" / folder / inner / "all.ndjson"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def look(root: Path, inbox: Inbox, *again: str, delivery: str = "delta") -> list[Found]:
    source = Fhir("in", delivery, settle_s=0)  # type: ignore[arg-type]
    return inbox.look("s", source, root, frozenset(f"in/{name}" for name in again))


def said(found: list[Found]) -> list[tuple[str, str, int]]:
    return [(f.name.removeprefix("in/"), f.state, f.known.arrival) for f in found]


def test_states_and_arrivals(tmp_path: Path) -> None:
    put(tmp_path, b=PATIENT, c=PATIENT)
    first = look(tmp_path, Inbox())
    assert said(first) == [("b", "new", 1), ("c", "new", 2)]
    inbox = Inbox().after(first, {})
    put(tmp_path, a=PATIENT, c__more=PATIENT + "\n" + PATIENT)
    second = look(tmp_path, inbox)
    assert said(second) == [("a", "new", 3), ("b", "unchanged", 1), ("c", "changed", 4)]
    assert [f.replaces for f in second] == [None, None, 2] and [f.to_read for f in second] == [True, False, True]


def test_other_content_of_the_same_size_and_age_is_seen(tmp_path: Path) -> None:
    put(tmp_path, a=PATIENT)
    path = tmp_path / "in" / "a" / "all.ndjson"
    os.utime(path, ns=(1, 1))
    inbox = Inbox().after(look(tmp_path, Inbox()), {})
    put(tmp_path, a=PATIENT.replace('"p"', '"q"'))
    os.utime(path, ns=(1, 1))
    assert said(look(tmp_path, inbox)) == [("a", "changed", 2)]


def test_a_delta_that_may_say_less_has_the_others_read_again(tmp_path: Path) -> None:
    put(tmp_path, a=PATIENT, b=PATIENT, c=PATIENT)
    inbox = Inbox().after(look(tmp_path, Inbox()), {})
    (tmp_path / "in" / "a" / "all.ndjson").unlink()
    put(tmp_path, c=PATIENT + "\n" + PATIENT)
    found = look(tmp_path, inbox)
    assert said(found) == [("b", "changed", 2), ("c", "changed", 4)]
    assert [(f.replaces, f.again) for f in found] == [(2, True), (3, False)]


def test_a_group_read_again_keeps_its_arrival(tmp_path: Path) -> None:
    put(tmp_path, a=PATIENT, b=PATIENT)
    inbox = Inbox().after(look(tmp_path, Inbox()), {})
    (a, b) = look(tmp_path, inbox, "a")
    assert said([a, b]) == [("a", "changed", 1), ("b", "unchanged", 2)] and a.again and a.replaces == 1
    groups = inbox.sources["s"]
    other_mapping = Inbox({"s": {name: Known("old", k.arrival, k.files) for name, k in groups.items()}})
    found = look(tmp_path, other_mapping)
    assert said(found) == [("a", "changed", 1), ("b", "changed", 2)] and not any(f.again for f in found)


def test_a_delta_is_remembered_after_its_files_are_gone_and_a_full_delivery_is_not(tmp_path: Path) -> None:
    put(tmp_path, a=PATIENT)
    inbox = Inbox().after(look(tmp_path, Inbox()), {})
    (tmp_path / "in" / "a").rename(tmp_path / "in" / "b")
    delta, full = look(tmp_path, inbox), look(tmp_path, inbox, delivery="full")
    assert said(delta) == [("b", "new", 2)] and said(full) == [("b", "new", 2), ("a", "vanished", 1)]
    assert sorted(inbox.after(delta, {}).sources["s"]) == ["in/a", "in/b"]
    assert sorted(inbox.after(full, {}).sources["s"]) == ["in/b"]


def test_no_complete_delivery_says_nothing(tmp_path: Path) -> None:
    put(tmp_path, a=PATIENT)
    inbox = Inbox().after(look(tmp_path, Inbox(), delivery="full"), {})
    (tmp_path / "in" / "a" / "all.ndjson.part").touch()
    assert look(tmp_path, inbox, delivery="full") == []
    put(tmp_path, b=PATIENT)
    (tmp_path / "in" / "a" / "all.ndjson.part").rename(tmp_path / "in" / "b" / "all.ndjson.part")
    assert look(tmp_path, inbox, delivery="full") == []


@pytest.mark.parametrize("delivery", ["full", "delta"])
def test_nothing_to_read_is_refused_where_there_should_be_something(delivery: str, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    with pytest.raises(InputError, match="nothing to read lies in the inbox of s: no file"):
        look(tmp_path, Inbox(), delivery=delivery)
    put(tmp_path, a=PATIENT)
    inbox = Inbox().after(look(tmp_path, Inbox(), delivery=delivery), {})
    (tmp_path / "in" / "a" / "all.ndjson").rename(tmp_path / "in" / "notes.txt")
    if delivery == "delta":  # its files may go once they are read
        assert look(tmp_path, inbox) == []
    else:
        with pytest.raises(InputError, match=r"1 file\(s\) of a kind that the source does not read"):
            look(tmp_path, inbox, delivery=delivery)


@pytest.mark.parametrize("changed", ["a__north", "a__south"])
def test_files_of_one_name_in_two_folders_are_two(changed: str, tmp_path: Path) -> None:
    put(tmp_path, a__north=PATIENT, a__south=PATIENT)
    inbox = Inbox().after(look(tmp_path, Inbox()), {})
    put(tmp_path, **{changed: PATIENT + "\n"})
    assert said(look(tmp_path, inbox)) == [("a", "changed", 2)]


def test_memory_survives_the_disk_and_the_newest_tombstone_counts(tmp_path: Path) -> None:
    put(tmp_path, a=PATIENT, b=PATIENT)
    found = look(tmp_path, Inbox())
    tombs = {("s", "in/a"): [("Condition", "c"), ("Device", "d")], ("s", "in/b"): [("Condition", "c")]}
    inbox = Inbox().after(found, tombs)
    (tmp_path / "phi").mkdir()
    (tmp_path / "phi" / "inbox.json").write_bytes(inbox.document())
    again = Inbox.remembered(type("Snapshot", (), {"folder": tmp_path})())  # type: ignore[arg-type]
    assert again.tombstones() == {"Condition": {("s", "c"): 2}, "Device": {("s", "d"): 1}}
    assert said(look(tmp_path, again)) == [("a", "unchanged", 1), ("b", "unchanged", 2)]


def test_packed_files_weigh_what_they_unpack_to() -> None:
    known = Known("", 1, {"a.csv": (100, 0, ""), "b.csv.gz": (100, 0, "")})
    found = Found("s", "g", "new", known, None)
    assert found.bytes == 200 and found.raw_bytes == 1100


def test_another_way_of_reading_reads_again_and_another_waiting_time_does_not(tmp_path: Path) -> None:
    put(tmp_path, a=PATIENT)
    inbox = Inbox().after(look(tmp_path, Inbox()), {})
    waiting = Fhir("in", "delta", settle_s=-1)
    other = Fhir("in", "delta", settle_s=0, identities="none")
    assert said(inbox.look("s", waiting, tmp_path, frozenset())) == [("a", "unchanged", 1)]
    object.__setattr__(other, "digest", Fhir("in").digest)  # the file of identities is not there; parameters decide
    assert said(inbox.look("s", other, tmp_path, frozenset())) == [("a", "changed", 1)]
