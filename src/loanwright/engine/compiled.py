"""How kernels are compiled, and how the machine code is kept on disk."""

import hashlib
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import numba
from numba.core import caching as numba_caching

caching: Any = numba_caching


class _EngineCache(caching.FunctionCache):
    """Numba's cache on disk, but stale as soon as any module beside the function changes.

    Numba itself looks only at the file of the function, not at those it inlines from.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)
        self._cache_file = caching.IndexDataCacheFile(
            cache_path=self._cache_path,
            filename_base=self._impl.filename_base,
            source_stamp=_stamp(Path(function.__code__.co_filename).parent),
        )


def compiled(function: Callable[..., Any]) -> Any:
    """Compile a kernel on its first call, without the GIL, and keep the machine code on disk.

    Floating-point operations stay as written: nothing is reordered or contracted.
    """
    kernel: Any = numba.njit(nogil=True, boundscheck=False)(function)
    # Where no directory can be written, numba says so here; the kernel then compiles on each start.
    with suppress(RuntimeError):
        kernel._cache = _EngineCache(function)
    return kernel


def stamp_of(directory: Path = Path(__file__).parent) -> str:
    """Return the SHA-256, in hexadecimal, of the Python files of a directory: the engine's own."""
    digest = hashlib.sha256()
    for path in sorted(directory.glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


@cache
def _stamp(directory: Path) -> str:
    return stamp_of(directory)
