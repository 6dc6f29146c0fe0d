"""Are HL7 v2 messages and C-CDA documents read right? One night on a folder of them, then facts written by hand.

The facts (hl7_facts.yaml, ccda_facts.yaml) were read by eye in the messages and documents; they are frozen by digest.
"""

import re
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

from bench.facts import Made, checked, read_facts
from bench.json_line import command, finish, say
from bench.night import Hospital, manifest
from bench.place import workplace
from contract.errors import InputError
from store.snapshot import Snapshot

KEYS = ("messages", "read", "facts", "right")
HERE = Path(__file__).parent
# Mended since: Care_Plan's person is found by number, as Transfer_Summary gives the same number another birth date.
FROZEN = {  # mended once: 70_105 is quoted, since YAML reads it as a number; no other fact was changed after a run
    "hl7_facts.yaml": "f7cf876fc948c63008803ed89ae29ea1622d4f58bdd352e57ace23f2e2f444be",
    "ccda_facts.yaml": "491b9003b05d73fa1305cfbe13f6ecda0e93ca477b268f4368a3a9de6f09fbeb",
}
MESSAGES, DOCUMENTS = (".hl7", ".er7", ".msg"), (".ccda", ".cda", ".xml")
HEADER = re.compile(rb"(?:^|[\r\n\x0b]|\xef\xbb\xbf)MSH[^\w\s]")
SOURCES = {"hl7v2": (MESSAGES, "messages"), "ccda": (DOCUMENTS, "document")}  # mapping -> files, raw table of headers


class Feeds(Hospital):
    """A hospital of two inboxes: messages and documents."""

    def configure(self) -> Path:
        inboxes = {name: self.inbox / name for name in SOURCES if (self.inbox / name).is_dir()}
        said = {name: {"mapping": name, "path": str(path), "delivery": "delta"} for name, path in inboxes.items()}
        return Hospital(self.folder, self.delivery, self.engine, sources=said).configure()

    def fill(self, folder: Path) -> int:
        """Says how many messages and documents the folder holds, counted without the product's readers."""
        count = 0
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            for name, (kinds, _) in SOURCES.items():
                if path.suffix.lower() in kinds:
                    content = path.read_bytes()
                    place = self.inbox / name / path.name
                    place.parent.mkdir(parents=True, exist_ok=True)
                    place.write_bytes(content)
                    count += len(HEADER.findall(content)) if name == "hl7v2" else b"ClinicalDocument" in content
        if not count:
            raise InputError(f"{folder} holds no message ({', '.join(MESSAGES)}) and no document; name another folder.")
        return count


def headers_read(snapshot: Snapshot, made: Made) -> int:
    """Messages and documents that came in, without those set aside as a whole."""
    came = manifest(snapshot)["sources"]
    read = 0
    for name, (_, table) in SOURCES.items():
        aside = [row for row in made.rows("phi/quarantine") if row["source"] == name and row["target"] == table]
        read += came.get(name, {}).get("rows_in", {}).get(table, 0) - len(aside)
    return read


def check(folder: Path, made: Made) -> tuple[int, int]:
    """Facts of what lies in the folder, and how many are so."""
    there = {path.name for path in folder.rglob("*")}
    facts = right = 0
    for file, digest in FROZEN.items():
        for name, said in read_facts(HERE / file, digest).items():
            found = list(checked(said, made)) if name in there else []
            facts, right = facts + len(found), right + sum(so for _, so in found)
            for fact in [fact for fact, so in found if not so]:
                say(f"  {name}: not so: {_told(fact)}")
    return facts, right


def _told(fact: Any) -> str:
    return yaml.safe_dump(fact, default_flow_style=True, width=10_000).strip()


def main(
    source: Annotated[Path, typer.Option("--input", help="Folder of messages and documents, at any depth.")],
    work: Annotated[Path | None, typer.Option(help="Where to work; kept. Without it a temporary folder.")] = None,
) -> None:
    with workplace("hl7", work) as place:
        feeds = Feeds(place)
        messages = feeds.fill(source)
        say(f"a night on {messages} messages and documents")
        feeds.run()
        made = Made(feeds.snapshot())
        read = headers_read(feeds.snapshot(), made)
        facts, right = check(source, made)
    finish(KEYS, {"messages": messages, "read": read, "facts": facts, "right": right})


if __name__ == "__main__":
    command(main)
