"""A task of death in a stay, with room for options and for what the input must have."""

from outcomes.tasks.reading import task as read_task
from outcomes.tasks.task import Task
from outcomes.tasks.yaml12 import parsed

IN, OUT, DEAD = "HOSPITAL_ADMISSION//IMP", "HOSPITAL_DISCHARGE//UNKNOWN", "MEDS_DEATH"
STAY = """
metadata: {chartloom: {prediction_times: [24h], stay: {discharge: out, death: dead}, OPTIONS}}
predicates:
  in: {code: HOSPITAL_ADMISSION//IMP}
  out: {code: {regex: ^HOSPITAL_DISCHARGE}}
  dead: {code: MEDS_DEATH}
  over: {expr: "or(out, dead)"}
  sepsis: {code: SEPSIS}
trigger: in
windows:
  input:
    {start: end - 24h, end: trigger + 24h, start_inclusive: True, end_inclusive: True, index_timestamp: end, has: {HAS}}
  target: {start: input.end, end: start -> over, start_inclusive: False, end_inclusive: True, label: dead}
"""


def stay(options: str = "", has: str = "") -> Task:
    said = STAY.replace(", OPTIONS", f", {options}" if options else "").replace("{HAS}", f"{{{has}}}")
    return read_task("test", parsed(said))
