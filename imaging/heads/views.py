"""Images of a study made one vector: each view without its own mean, and how much a second image is worth."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from imaging.studies import Studies

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
LEAST = 30  # images of a view to have a mean of its own; studies with several images to tell what these are worth


@dataclass(frozen=True)
class Views:
    """`means` (v, width), the first of all images: what a view without a mean of its own is measured from."""

    names: tuple[str, ...]  # of the others, in their order
    means: Floats

    def centred(self, studies: Studies) -> Floats:
        """(m, width) each image less the mean of its view."""
        place = {name: at for at, name in enumerate(self.names, 1)}
        rows = np.array([place.get(view, 0) for view in studies.view], np.int64)
        return np.asarray(studies.vectors - self.means[rows], np.float64)


def views(studies: Studies) -> Views:
    names, many = np.unique(studies.view.astype(str), return_counts=True)
    kept = tuple(str(name) for name, count in zip(names, many, strict=True) if name and count >= LEAST)
    every = np.asarray(studies.vectors, np.float64)
    return Views(kept, np.stack([every.mean(0), *(every[studies.view == name].mean(0) for name in kept)]))


def study_of(studies: Studies) -> Ints:
    """(m,) the study of each image."""
    return np.repeat(np.arange(len(studies)), studies.images)


def pooled(images: Floats, studies: Studies) -> Floats:
    """(n, columns) the mean of what each study's images have; 0 where it has none."""
    if not len(images):
        return np.zeros((len(studies), images.shape[1]))
    padded = np.vstack([images, np.zeros((1, images.shape[1]))])
    sums = np.add.reduceat(padded, studies.first[:-1])
    sums[studies.images == 0] = 0
    return np.asarray(sums / np.maximum(studies.images, 1)[:, None], np.float64)


@dataclass(frozen=True)
class Worth:
    """Of what findings leave unexplained, the `share` that differs between images of one study.

    It shrinks with more images, the rest does not. `usual`: the mean of 1 / images in training.
    """

    share: float
    usual: float

    def __call__(self, images: Ints) -> Floats:
        """(n,) the precision of a study's vector; 1 for the usual number of images."""
        return np.asarray(1 / (1 + self.share * (1 / np.maximum(images, 1) - self.usual)), np.float64)


def worth(whitened: Floats, studies: Studies) -> Worth:
    """`whitened`: (m, width) images in which what is unexplained of a study has variance one."""
    usual = float((1 / studies.images).mean())
    several = int((studies.images > 1).sum())
    if several < LEAST:
        return Worth(0.0, usual)
    apart = whitened - pooled(whitened, studies)[study_of(studies)]
    free = len(whitened) - len(studies)
    return Worth(float(min((apart**2).sum() / free / whitened.shape[1], 0.98 / usual)), usual)
