"""A report told otherwise without another word: letters, separators, line ends and the order of lines varied."""

import re
from random import Random

LABEL = re.compile(r"(?m)^([ \t*-]*[A-Za-z][\w /%()#-]{1,40}?)[ \t]*(?::|=|\||\.{4,}|-(?= ))[ \t]*(?=\S)")
SEPARATORS = (": ", " | ", "\t", "      ", " = ", " - ", ":\n   ", " -> ")
ENDED = re.compile(r"(?<=[a-z)%]\.)\n(?=[-* ]{0,2}[A-Z])")
BULLET = re.compile(r"(?m)^[-*] ")
STOP = re.compile(r"(?<=[a-z)%]\.) (?=[A-Z][a-z])")


HEADING = re.compile(
    r"(?mi)^(?:final |surgical |pathologic )*(?:diagnosis|microscopic(?: description)?|synoptic):[ ]*$"
)
HEADINGS = ("MICROSCOPY", "Histology:", "FINDINGS", "CONCLUSION", "Comment", "Tumor summary", "RESULTS", "Report:")


def varied(text: str, rng: Random) -> str:
    if rng.random() < 0.4:
        text = HEADING.sub(lambda _: "\n" + rng.choice(HEADINGS), text)
    if rng.random() < 0.5:
        separator = rng.choice(SEPARATORS)
        text = LABEL.sub(lambda match: match[1] + separator, text)
    text = BULLET.sub(rng.choice(["- ", "* ", "", "  ", "• "]), text)
    if rng.random() < 0.3:
        text = ENDED.sub(" ", text)
    elif rng.random() < 0.3:
        text = STOP.sub("\n", text)
    drawn = rng.random()
    return text.upper() if drawn < 0.15 else text.lower() if drawn < 0.2 else text
