"""`chartloom heatmap`: where in a film the vector of an encoder, or a finding, comes from."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from runner.commands.options import LAKE, LakeFolder


def heatmap(
    image: Annotated[Path, typer.Option(metavar="FILE", help="A DICOM file, a PNG or a JPEG.")],
    checkpoint: Annotated[
        Path, typer.Option(metavar="DIR", help="A vision checkpoint of Hugging Face, on this machine.")
    ],
    artifact: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Heads trained on vectors of this checkpoint.")
    ] = None,
    finding: Annotated[str, typer.Option(metavar="NAME", help="What the map is to explain, such as effusion.")] = "",
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A PNG; without it, a file in phi-heatmaps of the lake.")
    ] = None,
    pickled: Annotated[
        bool, typer.Option("--pickled", help="Open weights that can run code: of a source you trust.")
    ] = False,
    lake: LakeFolder = LAKE,
) -> None:
    """Draw where in a film a finding comes from. Grad-CAM of a convolutional net, attention rollout of a transformer.

    Without a finding: where the vector as a whole comes from. The picture is PHI: only its owner may read it, and that
    it was drawn is written to the audit of the lake.

    \b
    Example: chartloom heatmap --image film.dcm --checkpoint checkpoints/resnet-18
             chartloom heatmap --image film.dcm --checkpoint checkpoints/resnet-18 \\
                 --artifact artifacts/imaging --finding effusion --out effusion.png
    """
    from runner.heatmaps import Wanted, draw

    wanted = Wanted(image, checkpoint, artifact, finding, pickled)
    typer.echo(str(draw(wanted, lake, out, partial(typer.echo, err=True))))
