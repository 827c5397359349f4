"""Data files inside installed packages, found without importing the package (pymisp takes half a second)."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path


def data_file(package: str, path: str) -> Path:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError(f"package {package} is not installed")
    return Path(spec.submodule_search_locations[0]) / path
