"""What is read of notes: copies once, a limit, offsets that lead back."""

from nlp.icd.reading import read

LONG = "The patient was admitted with worsening heart failure and dyspnoea at rest."
OTHER = "Pneumonia of the right lower lobe was treated with intravenous ceftriaxone."


def test_notes_without_copies_are_read_as_they_are() -> None:
    found = read([LONG, OTHER], 10_000)
    assert [reading.text for reading in found.notes] == [LONG, OTHER] and not found.copied and not found.cut
    assert found.notes[0].back(5, 9) == (5, 9)


def test_a_copied_line_counts_once_and_offsets_lead_back() -> None:
    second = f"Day 2\n{LONG.upper().replace(' ', '  ')}\n{OTHER}\nDay 2"
    found = read([LONG, second], 10_000)
    reading = found.notes[1]
    assert "HEART" not in reading.text and found.copied > 70
    for words in ("Pneumonia", "ceftriaxone", "Day 2"):
        at = reading.text.index(words)
        start, end = reading.back(at, at + len(words))
        assert second[start:end] == words
    last = reading.text.rindex("Day 2")
    assert reading.back(last, last + 5) == (len(second) - 5, len(second))


def test_two_notes_of_the_same_text_are_read_once() -> None:
    found = read([LONG, LONG], 10_000)
    assert [bool(reading.text) for reading in found.notes] == [True, False]


def test_a_short_line_is_no_copy() -> None:
    text = "Diagnoses:\ngout\nFamily history:\ngout"
    assert read([text], 1000).notes[0].text == text


def test_a_span_over_a_gap_ends_before_it() -> None:
    text = f"{LONG}\nabc\n{LONG}\nxyz"
    reading = read([text], 10_000).notes[0]
    start, end = reading.back(reading.text.index("abc"), len(reading.text))
    assert text[start:end] == "abc\n"


def test_a_long_note_gives_way_and_short_ones_are_whole() -> None:
    pages = "\n".join(f"Line {k} of a very long note that goes on and on, page by page." for k in range(5000))
    found = read(["short", pages, LONG], 9_000)
    assert found.notes[0].text == "short" and found.notes[2].text == LONG
    assert sum(len(reading.text) for reading in found.notes) <= 9_000 + 1 and found.cut > 200_000
    middle = found.notes[1]
    assert middle.text.startswith("Line 0 of") and middle.text.endswith("page by page.")
    at = middle.text.index("Line 4999")
    assert pages[slice(*middle.back(at, at + 9))] == "Line 4999"


def test_nothing_is_nothing() -> None:
    assert [reading.text for reading in read(["", " "], 100).notes] == ["", " "] and not read([], 100).notes
