"""A text with surrogates in place of its spans, and where they stand."""

from collections.abc import Callable, Sequence

from nlp.deid.span import Span

Of = Callable[[str, str], str]
"""Text of a span and its label -> the surrogate."""


def rewrite(text: str, spans: Sequence[Span], of: Of) -> tuple[str, list[tuple[int, int]]]:
    """The new text, and start and end of each surrogate in it; spans must be disjoint and in order of start."""
    made: list[str] = []
    places: list[tuple[int, int]] = []
    last = length = 0
    for span in spans:
        if not last <= span.start < span.end <= len(text):
            raise ValueError(
                f"span {span.start} to {span.end} of a text of {len(text)} characters follows one that ends at {last}; "
                "expected disjoint spans in order of start. nlp.deid.merge makes them so."
            )
        surrogate = of(text[span.start : span.end], span.label)
        start = length + span.start - last
        length = start + len(surrogate)
        made += [text[last : span.start], surrogate]
        places.append((start, length))
        last = span.end
    return "".join(made) + text[last:], places
