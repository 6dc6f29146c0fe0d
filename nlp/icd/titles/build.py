"""Makes the Spanish lexicon anew: python -m nlp.icd.titles.build DIR... --out FILE; DIR in the layout of CodiEsp."""

import argparse
from pathlib import Path

from nlp.icd.titles.lexicon import learn
from nlp.icd.titles.titles import SHIPPED


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path, help="text_files in Spanish, text_files_en beside them")
    parser.add_argument("--out", type=Path, default=SHIPPED)
    said = parser.parse_args(arguments)
    learn(said.folders).save(said.out)


if __name__ == "__main__":
    main()
