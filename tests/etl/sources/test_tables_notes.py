"""Notes in numbered lines and packed cells, out of raw tables."""

from collections.abc import Callable
from pathlib import Path

import pytest

from contract.work import Shard, Spooled
from etl.sources.tables import Tables

Night = Callable[..., tuple[Spooled, list[Shard]]]
MAPPING = {
    "source": "about: notes\n",
    "persons": "person: NR\npeople: {identifying: {synthea: NR}}\ncolumns: {NR: id!}\nresources: {Patient: {id: NR}}\n",
    "notes": """
        person: NR
        columns: {NR: id!, NOTE: id, LINE: integer, TEXT: text, BLOB: text}
        let:
          WHOLE: lines(TEXT, NOTE, LINE)
          PLAIN: unpack(BLOB, 'hex', 'html')
        resources:
          Observation text:
            when: TEXT IS NOT NULL
            by: [NOTE]
            id: NOTE
            status: = final
            code: texted(= note)
            subject: reference(Patient, NR)
            valueString: WHOLE
          Observation blob:
            when: BLOB IS NOT NULL
            id: "NOTE || '-blob'"
            status: = final
            code: texted(= blob)
            subject: reference(Patient, NR)
            valueString: PLAIN
        """,
}
FILES = {
    "persons": "NR\n1\n2\n",
    "notes": "NR,NOTE,LINE,TEXT,BLOB\n1,a,10,tenth,\n1,a,2,second,\n1,a,1,first,\n2,a,1,another's,\n1,a,2,second,\n"
    f"1,a,x,lost,\n1,b,,,{b'<b>bold</b>'.hex()}\n1,c,,,zz\n1,a,3,,\n",
}


@pytest.fixture
def clinic(tmp_path: Path) -> Path:
    for folder, files, ending in (("clinic", MAPPING, "yaml"), ("inbox", FILES, "csv")):
        (tmp_path / folder).mkdir()
        for name, text in files.items():
            (tmp_path / folder / f"{name}.{ending}").write_text(text, encoding="utf-8")
    return tmp_path


def test_lines_make_one_text_and_never_two_persons(clinic: Path, night: Night) -> None:
    (shard,) = night(clinic / "inbox", clinic / "work", str(clinic / "clinic"))[1]
    rows = [(row["subject_id"], row["id"], row["valueString"]) for row in shard["phi/fhir/Observation"].to_pylist()]
    assert rows == [(1, "a", "first\nsecond\n\ntenth"), (1, "b-blob", "bold")]
    told = [(row["line"], row["column"], row["rule"]) for row in shard["phi/quarantine"].to_pylist()]
    assert sorted(told) == [(7, "LINE", "number-format"), (9, "BLOB", "codec")]


@pytest.mark.parametrize("kind", ["string", "code", "dateTime"])
@pytest.mark.parametrize(
    "places",
    [
        ["1", "2", "10", "11"],
        ["L2", "L10"],
        ["1", "1a", "2", "10"],
        ["1.10", "1.25", "1.5", "2"],
        ["1.2.9", "1.2.10"],
        ["2020-10-24", "2020-10-25T02:30:00.25+02:00", "2020-10-25T02:30:00.5+02:00", "2020-10-25T02:10:00+01:00"],
    ],
)
def test_lines_stand_as_people_count(clinic: Path, night: Night, kind: str, places: list[str]) -> None:
    if kind == "dateTime" and "T" not in places[-1]:
        pytest.skip("no times")
    notes = clinic / "clinic" / "notes.yaml"
    notes.write_text(notes.read_text(encoding="utf-8").replace("LINE: integer", f"LINE: {kind}"), encoding="utf-8")
    rows = "".join(f"1,a,{place},{number},\n" for number, place in reversed(list(enumerate(places))))
    (clinic / "inbox" / "notes.csv").write_text(f"NR,NOTE,LINE,TEXT,BLOB\n{rows}", encoding="utf-8")
    (shard,) = night(clinic / "inbox", clinic / "work", str(clinic / "clinic"))[1]
    (said,) = shard["phi/fhir/Observation"].column("valueString").to_pylist()
    assert said.split() == [str(number) for number in range(len(places))]


def test_the_digest_follows_lines(clinic: Path, night: Night) -> None:
    night(clinic / "inbox", clinic / "work", str(clinic / "clinic"))
    found = Tables(str(clinic / "clinic"), "inbox").digests(clinic / "work", 0).to_pylist()
    assert [row["digest"] is None for row in found] == [True, True]  # `by` brought rows of two persons together
