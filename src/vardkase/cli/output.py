"""Command output: results on standard output, messages on standard error."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from vardkase.core.errors import Invalid

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document, for scripts.")]

AsLog = Annotated[bool, typer.Option("--as-log", hidden=True)]
"""For what `serve` starts: its messages are lines of the log."""

AsUser = Annotated[
    str, typer.Option("--user", help="Act as this account instead of the console.", metavar="EMAIL")
]

WHOLE_LINES = 1_000


_is_log = False


def write_as_log() -> None:
    """What a service prints is its log: messages are JSON if VARDKASE_LOG_FORMAT says so, as those of its children."""
    global _is_log  # noqa: PLW0603 - of the process, as its standard error is
    _is_log = os.environ.get("VARDKASE_LOG_FORMAT", "").strip() == "json"


def is_log() -> bool:
    return _is_log


def note(message: str, level: str = "INFO") -> None:
    """Print a message that is not part of the command's result."""
    typer.echo(_as_json(message, level) if _is_log else message, err=True)


def fail(message: str, code: int = 1) -> typer.Exit:
    """Print why the command failed; `raise fail(…)` exits."""
    note(f"vardkase: {message}", "ERROR")
    return typer.Exit(code)


def _as_json(message: str, level: str) -> str:
    """The fields of `config.logs.JsonFormatter`, which needs settings, and they a database."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    line = {"time": now, "level": level, "logger": "vardkase.cli", "message": message, "request_id": "-"}
    return json.dumps(line | {"process": os.getpid()}, ensure_ascii=False)


def read_json(file: Path) -> Any:
    """The JSON document in a file; ends the command if it cannot be read."""
    try:
        return json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError):
        raise fail(f"{file} cannot be read as JSON.") from None


def sentences(error: Exception) -> list[str]:
    """The reasons for a refusal; for invalid input, each invalid field by name."""
    fields = error.errors if isinstance(error, Invalid) else ""
    if not isinstance(fields, Mapping):
        return [str(error)]
    return [
        f"{name}: {' '.join(map(str, problems))}" if name else " ".join(map(str, problems))
        for name, problems in fields.items()
    ]


def result(values: Mapping[str, Any], *, as_json: bool) -> None:
    """Print the command's result: one JSON object, or a line per value."""
    if as_json:
        typer.echo(json.dumps(dict(values), ensure_ascii=False))
        return
    width = max((len(name) for name in values), default=0)
    for name, value in values.items():
        typer.echo(f"{name.ljust(width)}  {in_words(name, value)}")


def in_words(name: str, value: Any) -> str:
    """A value as people read it; what is named as bytes is a size."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or value in ("", [], {}):
        return "none"
    if isinstance(value, int) and "bytes" in name.split():
        return size_in_words(value)
    if isinstance(value, Mapping):
        return ", ".join(f"{each} {value[each]}" for each in value)
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return str(value)


def size_in_words(size: int) -> str:
    amount = float(size)
    for unit in ("bytes", "kB", "MB", "GB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "bytes" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} TB"


def rows(lines: Sequence[Mapping[str, Any]], *, as_json: bool) -> None:
    """Print a list: one JSON array, or a table with the field names as its header."""
    if as_json:
        typer.echo(json.dumps([dict(row) for row in lines], ensure_ascii=False))
        return
    if not lines:
        return
    table = Table(*lines[0], box=None, pad_edge=False)
    for row in lines:
        table.add_row(*("" if value is None else str(value) for value in row.values()))
    # Wider than any terminal: a password or key that is cut to fit is of no use.
    Console(width=WHOLE_LINES).print(table)
