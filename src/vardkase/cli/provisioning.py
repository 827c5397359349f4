"""Lock that allows only one `serve` per data directory."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def claim(data_dir: Path, url: str) -> Iterator[str | None]:
    """Hold the data directory's server lock; yields None, or the address of the server that already holds it.

    The lock is the kernel's, so it is released however its holder dies.
    """
    # Not "w", which would empty the file before it is known whether another process holds it.
    with (data_dir / "serve.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            yield file.read().strip() or "(starting)"
            return
        file.truncate(0)
        file.write(url)
        file.flush()
        yield None
