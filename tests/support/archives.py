"""Archives with a password, as a receiver opens them."""

from __future__ import annotations

import io
import zipfile


def unzipped(archive: bytes, password: bytes = b"infected") -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return {name: opened.read(name, password) for name in opened.namelist()}
