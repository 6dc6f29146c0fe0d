"""Images that an artifact can read, apart from those it cannot: each study with the reasons, none lost."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from contract.errors import InputError
from imaging.studies import Studies, read

OTHER_ENCODER, OTHER_WIDTH, NOT_FINITE = "other-encoder", "other-width", "not-finite"
OTHER_MODALITY, OTHER_BODY_PART, TWO_PATIENTS, NO_IMAGE = (
    "other-modality", "other-body-part", "two-patients", "no-image",
)  # fmt: skip
MANY_IMAGES, IMAGE_REPEATED = "many-images", "image-repeated"
MANY = 6  # images of one study beyond which something may be wrong; all are read


@dataclass(frozen=True)
class Expected:
    """What training saw. Empty modalities or body parts: none was named, any will do."""

    encoder: str
    width: int
    modalities: tuple[str, ...] = ()
    body_parts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Readable:
    studies: Studies  # of the images that can be read
    images: Mapping[tuple[int, str], int]  # (subject_id, study_id) -> images there are; in the order of the rows
    flags: Mapping[tuple[int, str], list[str]] = field(default_factory=dict)


def expected_of(rows: pa.Table, encoder: str = "") -> Expected:
    """What most images of the encoder are like; without one, of the encoder of most images."""
    counted = sorted(pc.value_counts(rows["encoder"]).to_pylist(), key=lambda each: (-each["counts"], each["values"]))
    names = [each["values"] for each in counted]
    if not names or (encoder and encoder not in names):
        raise InputError(f"no embedding is of the encoder {encoder!r}; found {', '.join(names) or 'no embedding'}.")
    name = encoder or names[0]
    mine = rows.filter(pc.equal(rows["encoder"], name))
    widths = pc.value_counts(pc.list_value_length(mine["embedding"])).to_pylist()
    width = max(widths, key=lambda each: each["counts"])["values"]
    return Expected(name, width, _words(mine, "modality"), _words(mine, "body_part"))


def _words(rows: pa.Table, column: str) -> tuple[str, ...]:
    return tuple(sorted(each for each in rows[column].unique().to_pylist() if each))


def sorted_out(embeddings: pa.Table, expected: Expected) -> Readable:
    keys = list(zip(embeddings["subject_id"].to_pylist(), embeddings["study_id"].to_pylist(), strict=True))
    images = Counter(keys)
    why = _why(embeddings, expected)
    why[_shared(keys)] = TWO_PATIENTS
    good = np.flatnonzero(why == "")
    why[good[_again(embeddings.take(pa.array(good)), [keys[at] for at in good])]] = IMAGE_REPEATED
    flags: dict[tuple[int, str], dict[str, None]] = defaultdict(dict)
    for key, reason in zip(keys, why, strict=True):
        if reason:
            flags[key][reason] = None
    for key, many in images.items():
        if many > MANY:
            flags[key][MANY_IMAGES] = None
    sound = embeddings.filter(pa.array(why == ""))
    return Readable(read(sound), dict(images), {key: list(each) for key, each in flags.items()})


def _why(rows: pa.Table, expected: Expected) -> np.ndarray:
    """(n,) the first reason why an image cannot be read; empty: none."""
    why = np.full(len(rows), "", object)
    vectors = rows["embedding"].combine_chunks()
    lengths = pc.fill_null(pc.list_value_length(vectors), -1).to_numpy(zero_copy_only=False)
    named = [("body_part", expected.body_parts, OTHER_BODY_PART), ("modality", expected.modalities, OTHER_MODALITY)]
    for column, allowed, reason in named:
        if allowed and column in rows.column_names:
            said = _plain(rows[column])
            known = pc.or_(pc.equal(said, ""), pc.is_in(said, _plain(pa.array(allowed, pa.string()))))
            why[~known.to_numpy(zero_copy_only=False)] = reason
    why[~_finite(vectors, lengths)] = NOT_FINITE
    why[lengths != expected.width] = OTHER_WIDTH
    why[lengths <= 0] = NO_IMAGE
    other = pc.not_equal(pc.fill_null(rows["encoder"], ""), expected.encoder)
    why[other.to_numpy(zero_copy_only=False)] = OTHER_ENCODER
    return why


def _plain(words: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    """Chest is CHEST; what is blank is not said."""
    return pc.utf8_upper(pc.utf8_trim_whitespace(pc.fill_null(words, "")))


def _again(rows: pa.Table, keys: list[tuple[int, str]]) -> np.ndarray:
    """(n,) a vector that its study has already, which would count twice; an image of which nobody knows which of its
    vectors is right."""
    vectors: defaultdict[tuple[tuple[int, str], str], set[bytes]] = defaultdict(set)
    seen: set[tuple[tuple[int, str], bytes]] = set()
    again = np.zeros(len(rows), bool)
    images = list(zip(keys, rows["image_id"].to_pylist(), strict=True))
    flat = rows["embedding"].combine_chunks().flatten().cast(pa.float32()).to_numpy(zero_copy_only=False)
    for at, (image, vector) in enumerate(zip(images, flat.reshape(len(rows), -1) if len(rows) else (), strict=True)):
        digest = hashlib.blake2b(vector.tobytes(), digest_size=16).digest()
        again[at] = (image[0], digest) in seen
        seen.add((image[0], digest))
        vectors[image].add(digest)
    unsure = [bool(image[1]) and len(vectors[image]) > 1 for image in images]
    return np.asarray(again | np.array(unsure, bool), bool)


def _finite(vectors: pa.Array, lengths: np.ndarray) -> np.ndarray:
    """(n,) an image whose vector has no null, NaN or infinity."""
    values = pc.fill_null(vectors.flatten().cast(pa.float64()), float("nan")).to_numpy(zero_copy_only=False)
    place = np.repeat(np.arange(len(vectors)), np.maximum(lengths, 0))
    wrong = np.bincount(place[~np.isfinite(values)], minlength=len(vectors))
    return np.asarray(wrong == 0, bool)


def _shared(keys: list[tuple[int, str]]) -> np.ndarray:
    """(n,) rows of studies that are said to be of several persons: nobody knows whose they are."""
    owners: dict[str, set[int]] = defaultdict(set)
    for subject, study in keys:
        owners[study].add(subject)
    return np.array([len(owners[study]) > 1 for _, study in keys], bool)
