"""One thread for sums that must come out the same on every machine, and that take no cores from others."""

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def one_thread() -> Iterator[None]:
    """Of torch."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Of numpy and scipy: with more, sums are added up in another order, and another digest comes out."""
    import scipy.optimize  # noqa: F401  its own BLAS is held too, once it is there
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1, "blas"):
        yield
