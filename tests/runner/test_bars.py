"""Progress without a terminal: a line at the end of a part, and one now and then while it lasts."""

import io

from rich.console import Console

from runner.bars import Bars, Lines, watching


def test_lines_say_what_is_left() -> None:
    now, said = [0.0], list[str]()
    lines = Lines(said.append, clock=lambda: now[0])
    lines.start("spool", 40, "files")
    for moment, done in ((2.0, 4), (10.0, 6), (12.0, 10), (20.0, 20)):
        now[0] = moment
        lines.advance("spool", done)
    lines.finish("spool")
    assert said == ["spool: 10 of 40 files, about 30.0 s left", "spool: 40 of 40 files, about 0.00 s left",
                    "spool: 40 files in 20.0 s"]  # fmt: skip


def test_a_terminal_gets_bars_and_a_log_gets_lines() -> None:
    screen = Console(file=io.StringIO(), force_terminal=True, width=100)
    with watching(screen) as progress:
        assert isinstance(progress, Bars)
        progress.start("batches", 3, "batches")
        progress.advance("batches", 2)
        progress.finish("batches")
    assert "3 of 3 batches" in screen.file.getvalue()  # type: ignore[attr-defined]
    with watching(Console(file=io.StringIO())) as progress:
        assert isinstance(progress, Lines)
