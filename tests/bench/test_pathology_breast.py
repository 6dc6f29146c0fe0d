"""How breast fields are counted: every field of every specimen, whole reports, reports of anything else."""

from bench.pathology_breast import judge
from nlp.pathology.breast.knowledge import specs
from nlp.pathology.breast.train import Known

TRUE = {"side": "left", "er": "positive", "nodes_positive": "0", "nodes_examined": "2"}
RIGHT = {"side": "left", "er": "positive", "nodes": "0/2"}


def test_a_field_that_is_not_stated_must_not_be_said() -> None:
    made = judge(lambda _: [{**RIGHT, "pr": "negative"}], [Known("a", (("", TRUE),))])
    assert made.field_accuracy == (len(specs()) - 1) / len(specs()) and made.all_fields == 0
    assert judge(lambda _: [RIGHT], [Known("a", (("", TRUE),))]).all_fields == 1


def test_a_missing_specimen_is_wrong_where_it_states_something() -> None:
    made = judge(lambda _: [RIGHT], [Known("a", (("A", TRUE), ("B", TRUE)))])
    assert made.asked == 2 and made.all_fields == 0
    assert made.right["side"] == 1 and made.right["grade"] == 2


def test_a_report_of_anything_else_counts_apart() -> None:
    made = judge(lambda text: [RIGHT] if text == "b" else [], [Known("a", ()), Known("b", ())])
    assert (made.reports, made.others, made.false) == (0, 2, 1)
    assert made.said()["false_breast"] == 0.5
