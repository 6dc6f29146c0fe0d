"""Numbers as an artifact keeps them: in half precision, as tensors, so that what is saved says what was measured."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


def halved(values: NDArray[np.floating]) -> NDArray[np.float32]:
    """The values as they will be when they have been saved and loaded."""
    return np.asarray(values, np.float16).astype(np.float32)


def tensors(arrays: Mapping[str, NDArray[np.generic]]) -> dict[str, Tensor]:
    return {name: torch.from_numpy(np.ascontiguousarray(values)) for name, values in arrays.items()}


def numbers(weights: Mapping[str, Tensor]) -> dict[str, NDArray[Any]]:
    return {name: value.numpy() for name, value in weights.items()}
