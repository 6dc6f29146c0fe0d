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


def test_the_digest_follows_lines(clinic: Path, night: Night) -> None:
    night(clinic / "inbox", clinic / "work", str(clinic / "clinic"))
    found = Tables(str(clinic / "clinic"), "inbox").digests(clinic / "work", 0).to_pylist()
    assert [row["digest"] is None for row in found] == [True, True]  # `by` brought rows of two persons together
