"""Full deliveries in which most persons are as they were: the lake is as one that got the last delivery alone."""

import os
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from contract.errors import CheckFailed
from etl.rules.policy import parse
from etl.sources.tables import Tables
from runner.manifest import code_digest
from tests.runner.hospital import Hospital, Row, condition, illness, patient, person, visit, weight
from tests.runner.test_resume import SMALL, kill_when, start

FIRST_SIGHT = ("phi/identities", "phi/timeline_splits")  # whom the lake ever knew
OWN = ("phi/partials/", "phi/recognised/")  # by shard, and by shards persons stand in the order of first sight
KEYS = ("p0", "p1", "p2", "p3", "p4", "p5")


def rows_of(key: str) -> list[Row]:
    visits = [visit(key, f"v{key}", "2020-01-01")]
    weights = [weight(key, f"2020-01-0{day}", 60 + day, ENCOUNTER=f"v{key}") for day in range(1, 5)]
    return [person(key, SSN=f"999-{key}"), *visits, illness(key, "2020-01-01", "1"), *weights]


def study(key: str, name: str, series: str) -> Row:
    return {"table": "imaging_studies", "Id": name, "DATE": "2020-01-01T08:00:00Z", "PATIENT": key, "ENCOUNTER": "",
            "SERIES_UID": series, "BODYSITE_CODE": "1", "BODYSITE_DESCRIPTION": "Chest", "MODALITY_CODE": "DX",
            "MODALITY_DESCRIPTION": "X-ray", "INSTANCE_UID": f"{series}.1", "SOP_CODE": "1.2",
            "SOP_DESCRIPTION": "Film", "PROCEDURE_CODE": "399208008"}  # fmt: skip


BASE = [row for key in KEYS for row in rows_of(key)]
AWRY = illness("p1", "yesterday", "2")
SHARED_VISIT = [visit("p1", "v", "2020-02-01"), visit("p4", "v", "2020-03-01")]
TWICE = [illness("p1", "2020-05-05", "7")] * 2
STUDIES = [study("p1", "s", "1.1"), study("p2", "s", "1.2")]


def without(whole: list[Row], *left_out: Row) -> list[Row]:
    kept = list(whole)
    for row in left_out:
        kept.remove(row)
    return kept


def of_others(*keys: str) -> list[Row]:
    return [row for row in BASE if row.get("PATIENT", row.get("Id")) not in keys]


CASES: dict[str, tuple[list[list[Row]], list[int]]] = {
    # deliveries, one a night -> how many persons stand unread, from the second night on
    "nothing but the order of persons": ([BASE, [*of_others("p0"), *rows_of("p0")]], [6]),
    "a cell": ([BASE, [*of_others("p2"), *rows_of("p2")[:-1], weight("p2", "2020-01-04", 99)]], [5]),
    "cells that change places": (
        [[*BASE, illness("p1", "2020-02-02", "3"), illness("p1", "2020-03-03", "4")],
         [*BASE, illness("p1", "2020-02-02", "4"), illness("p1", "2020-03-03", "3")]], [5]),
    "a row more": ([BASE, [*BASE, illness("p3", "2021-01-01", "2")]], [5]),
    "a row less": ([BASE, without(BASE, illness("p3", "2020-01-01", "1"))], [5]),
    "a row twice": ([BASE, [*BASE, illness("p3", "2020-01-01", "1")], BASE], [5, 5]),
    "a person gone and back": ([BASE, of_others("p4"), BASE], [5, 5]),
    "a person new": ([BASE, [*BASE, *rows_of("p6")]], [6]),
    "all rows of a person but their own": ([BASE, [*of_others("p4"), *rows_of("p4")[:1]]], [5]),
    "in quarantine, then mended": ([[*BASE, AWRY], [*BASE, AWRY], [*BASE, illness("p1", "2020-03-01", "2")], BASE],
                                   [5, 5, 5]),
    "in quarantine, another changes": ([[*BASE, AWRY], [*BASE, AWRY, illness("p3", "2021-01-01", "2")]], [4]),
    "nobody's rows": ([[*BASE, illness("px", "2020-01-01", "1")],
                       [*BASE, illness("px", "2020-01-01", "1"), illness("p3", "2021-01-01", "2")]], [5]),
    "gone on the third night": ([BASE, [*BASE, illness("p3", "2021-01-01", "2")], BASE[:-3]], [5, 4]),
    "an id of two persons, the later one goes": (
        [[*BASE, *SHARED_VISIT], [*BASE, *SHARED_VISIT], [*BASE, SHARED_VISIT[0]]], [4, 4]),
    "an id of two persons, the earlier one goes": (
        [[*BASE, *SHARED_VISIT], [*BASE, *SHARED_VISIT], [*BASE, SHARED_VISIT[1]]], [4, 4]),
    "an id twice in one person": (
        [[*BASE, visit("p1", "vp1", "2020-02-01")], [visit("p1", "vp1", "2020-02-01"), *BASE]], [5]),
    "a study of two persons": ([[*BASE, *STUDIES], [*BASE, *STUDIES], [*BASE, STUDIES[1]]], [4, 4]),
    "a table less, a table more": ([[*BASE, *STUDIES[:1]], BASE, [*BASE, *STUDIES[:1]]], [5, 5]),
}  # fmt: skip


def said(hospital: Hospital) -> dict[str, list[str]]:
    """Rows of all tables, and the quarantine with its files and lines."""
    found = {n: r for n, r in hospital.contents().items() if n not in FIRST_SIGHT and not n.startswith(OWN) and r}
    rejected = hospital.table("phi/quarantine").select(["source_group", "file", "line", "rule"]).to_pylist()
    return {**found, "where": sorted(map(repr, rejected))}


def lone(hospital: Hospital, path: Path, *rows: Row, group: str = "1", **more: Any) -> Hospital:
    """A lake that got one delivery."""
    found = Hospital(path, delivery=hospital.delivery, engine=hospital.engine, checks=hospital.checks)
    found.csv(group, *rows)
    found.night(**more)
    return found


def full(hospital: Hospital) -> Hospital:
    hospital.delivery = "full"
    hospital.checks = {"share": "etl.rules.thresholds:QuarantineShare"}
    return hospital


def unread(manifest: dict[str, Any], source: str = "csv") -> int:
    assert all(line["holds"] for line in manifest["balance"])
    return int(manifest["sources"][source]["persons_unchanged"])


@pytest.mark.parametrize(
    ("name", "dated"),
    [(name, bool(number % 2)) for number, name in enumerate(CASES)] + [("gone on the third night", True)],
)
def test_as_one_delivery_alone(name: str, dated: bool, hospital: Hospital, tmp_path: Path) -> None:
    full(hospital)
    deliveries, expected = CASES[name]
    found = []
    for number, rows in enumerate(deliveries):
        group = f"2026-{number:02d}" if dated else "1"
        hospital.csv(group, *rows)
        manifest = hospital.night()
        if manifest["status"] == "published":
            found.append(unread(manifest))
        else:
            assert rows == deliveries[number - 1] and not dated
            found.append(expected[number - 1])
    assert found == [0, *expected]
    assert said(hospital) == said(lone(hospital, tmp_path / "alone", *deliveries[-1], group=group))


def test_batches_and_engines_agree(tmp_path: Path) -> None:
    found: list[list[Any]] = []
    everybody = [*BASE, *(illness(key, "2021-01-01", "3") for key in KEYS), AWRY, illness("p5", "tomorrow", "3")]
    engines: list[dict[str, Any]] = [{"kind": "serial"}, SMALL, {"kind": "pool", "workers": 2, "batch_mb": 0.0005}]
    for number, engine in enumerate(engines):
        hospital = full(Hospital(tmp_path / str(number), engine=engine))
        found.append([])
        for rows in (BASE, [*BASE, illness("p3", "2021-01-01", "2")], everybody):
            hospital.csv("1", *rows)
            manifest = hospital.night()
            found[-1].append((hospital.digests(), *(manifest[name] for name in ("sources", "balance", "checks"))))
        assert len(manifest["batches"]) == 2
    assert found[0] == found[1] == found[2]


def test_what_stands_is_neither_read_nor_written(hospital: Hospital) -> None:
    full(hospital).csv("1", *BASE)
    hospital.night()
    hospital.csv("2", *BASE, illness("p5", "2021-01-01", "2"))
    manifest = hospital.night()
    assert (
        manifest["tables"]["phi/fhir/Condition"] | {"files_written": 1, "files": 3, "rows": 7}
        == (manifest["tables"]["phi/fhir/Condition"])
    )
    assert manifest["sources"]["csv"]["resources"]["Condition"] == {
        "before": 2, "made": 2, "kept": 3, "duplicates": 1, "superseded": 0, "deleted": 0, "quarantined": 0
    }  # fmt: skip
    assert manifest["steps"]["timeline"]["units_run"] == 1


def test_touched_files_are_no_news(hospital: Hospital) -> None:
    folder = full(hospital).csv("1", *BASE)
    hospital.night()
    for path in folder.iterdir():
        os.utime(path)
    assert hospital.night()["status"] == "unchanged"


def news(monkeypatch: pytest.MonkeyPatch, what: str) -> dict[str, Any]:
    """The night's parameters after something changed that makes other rows of the same raw rows."""
    parameters = {"mapping": "synthea", "path": "inbox/csv", "delivery": "full", "settle_s": 0}
    if what == "code":
        monkeypatch.setattr("runner.redelivery.code_digest", lambda: code_digest() + "x")
    if what == "mapping":
        monkeypatch.setattr(Tables, "digest", lambda _: "another")
    if what == "library":
        monkeypatch.setattr("runner.redelivery.metadata.version", lambda _: "99")
    if what == "parameter":
        parameters["timezone"] = "Europe/Stockholm"
    return {"sources": {"csv": {"uses": "etl.sources.tables:Tables", "with": parameters}}}


@pytest.mark.parametrize("what", ["code", "mapping", "library", "parameter"])
def test_everybody_is_read_when_rows_may_be_made_otherwise(
    what: str, hospital: Hospital, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full(hospital).csv("1", *BASE)
    hospital.night()
    more, rows = news(monkeypatch, what), [*BASE, illness("p3", "2021-01-01", "2")]
    hospital.csv("1", *rows)
    assert unread(hospital.night(**more)) == 0
    assert said(hospital) == said(lone(hospital, tmp_path / "alone", *rows, **more))


def test_a_replay_reads_everybody(hospital: Hospital) -> None:
    full(hospital).csv("1", *BASE, AWRY)
    hospital.night()
    before = said(hospital)
    assert unread(hospital.night(replay=True)) == 0 and said(hospital) == before
    hospital.csv("1", *BASE)
    assert unread(hospital.night()) == 5


def test_whom_a_rule_rejects_is_read_again(hospital: Hospital, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rules = resources.files("fhir_mappings").joinpath("rules.yaml").read_text()
    strict = parse(rules.replace("absent: warn", "absent: quarantine"))
    monkeypatch.setattr("etl.rules.check.policy", lambda: strict)
    lost = illness("p1", "2020-04-04", "5", ENCOUNTER="nowhere")
    full(hospital).csv("1", *BASE, lost)
    hospital.night()
    rows = [*BASE, lost, illness("p3", "2021-01-01", "2")]
    hospital.csv("1", *rows)
    assert unread(hospital.night()) == 4 and len(hospital.table("phi/quarantine")) == 1
    assert said(hospital) == said(lone(hospital, tmp_path / "alone", *rows))


def test_quarantine_is_held_against_all_that_was_delivered(hospital: Hospital) -> None:
    strangers = [illness(f"x{n}", "2020-01-01", "1") for n in range(5)]
    many = [weight("p0", f"2020-02-{day:02d}", day) for day in range(1, 25)]
    full(hospital).csv("1", *BASE, *many, *strangers)
    hospital.night()
    hospital.csv("1", *BASE, *many, *strangers, illness("p5", "2021-01-01", "2"))
    (line,) = hospital.night()["checks"]["share"]["lines"]
    assert "csv, conditions: 5 of 12 rows" in line


def linked(hospital: Hospital, mine: list[Row], **known_as: Any) -> Hospital:
    """A FHIR source, seen first, that says of its person who they are elsewhere."""
    hospital.fhir("1", patient("a", **known_as), condition("c", "a"), source="afhir")
    hospital.csv("1", *mine)
    return full(hospital)


@pytest.mark.parametrize(
    ("back", "engine"), [(False, {"kind": "serial"}), (True, SMALL)], ids=["merged", "and taken apart again"]
)
def test_persons_who_stand_move_with_a_merge(back: bool, engine: dict[str, Any], tmp_path: Path) -> None:
    one = {"identifier": [{"system": "https://github.com/synthetichealth/synthea", "value": "p4"}]}
    nights = [(BASE, {}), ([*BASE, illness("p1", "2021-01-01", "2")], one), *([(BASE, {})] if back else [])]
    hospital = Hospital(tmp_path / "nights", engine=engine)
    for rows, known_as in nights:
        linked(hospital, list(rows), **known_as)
        manifest = hospital.night()
    assert unread(manifest) == 5
    assert (hospital.subject("p4", "csv") == hospital.subject("a", "afhir")) is not back
    alone = linked(Hospital(tmp_path / "alone"), list(nights[-1][0]), **nights[-1][1])
    alone.night()
    assert said(hospital) == said(alone)


def test_a_source_that_turns_to_deltas_replaces_what_stands_under_older_names(
    hospital: Hospital, tmp_path: Path
) -> None:
    full(hospital)
    for group in ("1", "2"):
        hospital.csv(group, *BASE)
        hospital.night()
    for path in (hospital.root / "inbox" / "csv" / "1").iterdir():
        path.unlink()
    hospital.delivery = "delta"
    hospital.csv("2", *BASE[:-3])
    hospital.night()
    assert said(hospital) == said(lone(hospital, tmp_path / "alone", *BASE[:-3], group="2"))
    assert set(hospital.column("phi/fhir/Condition", "source_group")) == {"2"}


def test_a_night_that_is_not_published_leaves_the_last_digests(hospital: Hospital, tmp_path: Path) -> None:
    full(hospital).csv("1", *BASE)
    hospital.night()
    hospital.csv("1", *of_others("p1", "p2", "p3"))
    hospital.checks = {"most": {"uses": "tests.runner.steps:AtMost", "with": {"rows": 0}}}
    with pytest.raises(CheckFailed):
        hospital.night()
    hospital.checks = {}
    rows = [*BASE, illness("p5", "2021-01-01", "2")]
    hospital.csv("1", *rows)
    assert unread(hospital.night()) == 5
    assert said(hospital) == said(lone(hospital, tmp_path / "alone", *rows))


def test_a_killed_night_is_taken_up(tmp_path: Path) -> None:
    keys = [f"p{n}" for n in range(10)]
    rows = [row for key in keys for row in rows_of(key)]
    nights: list[Callable[[Hospital], None]] = [
        lambda hospital: kill_when(start(hospital.configure()), hospital.lake.root, "*/done/0.pickle"),
        lambda _: None,
    ]
    found = []
    for number, before in enumerate(nights):
        hospital = full(Hospital(tmp_path / str(number), engine=SMALL))
        hospital.csv("1", *rows)
        hospital.night()
        hospital.csv("2", *rows, *(illness(key, "2021-01-01", "2") for key in keys[::3]))
        before(hospital)
        code_digest.cache_clear()
        assert unread(hospital.night()) == 6
        found.append((hospital.digests(), said(hospital)))
    assert found[0] == found[1]
