"""Location of the packaged knowledge files.

The data packages are found, but never imported: importing some of them reads all their files into memory. A
folder in the layout of the upstream repositories (`misp-galaxy/`, `misp-taxonomies/`, …) takes precedence, so
that an operator can have newer files than the packages.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import msgspec
from django.conf import settings

PACKAGES = {
    "misp-objects": ("pymisp", "data/misp-objects"),
    "misp-taxonomies": ("pytaxonomies", "data/misp-taxonomies"),
    "misp-galaxy": ("pymispgalaxies", "data/misp-galaxy"),
    "misp-warninglists": ("pymispwarninglists", "data/misp-warninglists"),
}


class KnowledgeMissing(RuntimeError):
    pass


def repository(name: str) -> Path:
    """The folder of the upstream repository `name` ("misp-galaxy"). Raises KnowledgeMissing."""
    if own := settings.VARDKASE_KNOWLEDGE_DIR:
        candidate = Path(own) / name
        if candidate.is_dir():
            return candidate
    package, inside = PACKAGES[name]
    spec = find_spec(package)
    for folder in (spec.submodule_search_locations or []) if spec else []:
        candidate = Path(folder) / inside
        if candidate.is_dir():
            return candidate
    raise KnowledgeMissing(f"{name}: install the package {package}, or set VARDKASE_KNOWLEDGE_DIR")


def files(name: str, pattern: str) -> list[Path]:
    return sorted(repository(name).glob(pattern), key=lambda path: path.as_posix().lower())


def read[Shape](path: Path, shape: type[Shape]) -> Shape:
    return msgspec.json.decode(path.read_bytes(), type=shape)


def read_any(path: Path) -> Any:
    return msgspec.json.decode(path.read_bytes())


def fingerprint(paths: Sequence[Path]) -> str:
    """Changes when a file is added, removed or replaced; reads names, sizes and times only."""
    digest = hashlib.sha256()
    for path in paths:
        state = path.stat()
        digest.update(f"{path}\0{state.st_size}\0{state.st_mtime_ns}\n".encode())
    return digest.hexdigest()
