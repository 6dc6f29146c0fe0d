"""Charts hold what they are given, nothing that breaks the page, and no number that is none."""

import math
import xml.etree.ElementTree as ET

from eval.drawing.chart import Axis, Chart, round_ticks
from eval.drawing.style import css, standalone
from eval.drawing.swarm import Row, swarm


def test_ticks_are_round() -> None:
    assert [text for _, text in round_ticks(0, 1)] == ["0", "0.2", "0.4", "0.6", "0.8", "1"]
    assert [text for _, text in round_ticks(-0.05, 0.2)] == ["-0.05", "0", "0.05", "0.1", "0.15", "0.2"]


def test_a_chart_is_sound_xml_without_nan_and_escapes_names() -> None:
    chart = Chart(Axis("x <b>"), Axis("y", 0, 2))
    chart.line([(0, 0), (0.5, math.nan), (1, 5)], "s1", "a & b")
    chart.band([0, 1], [0, math.nan], [1, 1])
    chart.points([(0.5, 1), (math.nan, 1)])
    drawn = chart.svg("said <i>")
    ET.fromstring(drawn)
    assert "nan" not in drawn.lower() and "<b>" not in drawn and "a &amp; b" in drawn
    assert drawn.count("<circle") == 1
    assert 'd="M62.0 370.0M624.0 14.0"' in drawn  # the gap breaks the line; what lies above is drawn at the edge


def test_a_step_holds_its_value_until_the_next() -> None:
    chart = Chart(Axis("x"), Axis("y"))
    chart.line([(0, 0), (1, 1)], "s2 step")
    assert 'd="M62.0 370.0H624.0L624.0 14.0"' in chart.svg("")


def test_an_axis_may_be_logarithmic() -> None:
    assert Axis("x", 0.1, 10, log=True).share(1) == 0.5
    assert Axis("x", 0.1, 10, log=True).share(0) == 0


def test_a_figure_as_a_file_brings_its_style() -> None:
    file = standalone(Chart(Axis("x"), Axis("y")).svg("one"), 420, 640)
    root = ET.fromstring(file)
    assert root.tag == "{http://www.w3.org/2000/svg}svg" and root.get("viewBox") == "-12 -12 664 444"
    assert css() in file and "prefers-color-scheme: dark" in file


def test_a_swarm_draws_every_value_once() -> None:
    drawn = swarm([Row("a <b>", [0.1, 0.1, -0.4, 0.2], [0.0, 0.99, math.nan, 1.0])], "said", "logits")
    ET.fromstring(drawn)
    assert drawn.count("h0") == 4
    assert all(f'class="{kind}"' in drawn for kind in ("q0", "q4", "none"))
    assert swarm([], "", "") == ""
