"""Progress of long commands: a bar on a terminal, otherwise a line per finished set."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from vardkase.cli.output import is_log, note

type Report = Callable[[str, int, int], None]


@contextlib.contextmanager
def shown_progress() -> Iterator[Report]:
    """Yield a function to call with the current step's description, the steps done, and the total."""
    console = Console(stderr=True)
    if is_log() or not console.is_terminal:
        yield _lines
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True) as bars:
        yield _bars(bars)


def _bars(bars: Progress) -> Report:
    tasks: dict[str, TaskID] = {}

    def report(name: str, done: int, total: int) -> None:
        if name not in tasks:
            tasks[name] = bars.add_task(name, total=total)
        bars.update(tasks[name], completed=done, total=total)

    return report


def _lines(name: str, done: int, total: int) -> None:
    if total and done >= total:
        note(f"Loaded {name} ({total})")
