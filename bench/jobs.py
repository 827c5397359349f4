"""What each background job costs as the store grows: `python -m bench.jobs --sizes 100000 1000000`.

Jobs are called as the worker calls them, in a process beside the hub. Rows are what PostgreSQL read for them, which
does not depend on what else the machine does.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.corpus import Corpus
from bench.instance import WITHOUT_KNOWLEDGE, fresh_instance
from bench.load import load

TICKS = os.sysconf("SC_CLK_TCK")
NOTICEABLE = 0.5
"""Seconds of the processor from which on a job's growth is judged."""
TOLERANCE = 1.5
"""Times the growth of the store that a job may grow."""


@dataclass(frozen=True, slots=True)
class Cost:
    job: str
    seconds: float
    processor: float
    """Seconds of this process and of its connection to PostgreSQL."""
    rows: int
    fault: str = ""


def main() -> None:
    """Fill a hub step by step; print the table. Exit code 1 when a job grew faster than the store."""
    parser = argparse.ArgumentParser(prog="python -m bench.jobs", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100_000, 1_000_000], help="of attributes")
    parser.add_argument("--output", type=Path, default=Path(".cache/jobs.json"))
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        measure()
        return
    found: dict[int, list[Cost]] = {}
    stored = 0
    with fresh_instance(None, WITHOUT_KNOWLEDGE) as instance:
        assert instance.folder
        for size in sorted(options.sizes):
            load(instance.url, instance.key, Corpus(size), size - stored)
            stored = size
            found[size] = _measured(instance.folder)
            print(f"{size:,} attributes: {len(found[size])} jobs measured", flush=True)
    document = {size: [asdict(cost) for cost in costs] for size, costs in found.items()}
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(document, indent=1) + "\n")
    print("\n".join(table(found)))
    sys.exit(bool(too_fast(found)))


def _measured(folder: Path) -> list[Cost]:
    hidden = {"DATABASE_URL", "VARDKASE_TEST_RUN"}
    kept = {name: value for name, value in os.environ.items() if name not in hidden}
    printed = subprocess.run(
        [sys.executable, "-m", "bench.jobs", "--measure", str(folder)],
        env=kept | {"VARDKASE_DATA_DIR": str(folder)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout
    return [Cost(**each) for each in json.loads(printed.splitlines()[-1])]


def measure() -> None:
    """Every job of the hub in this process, whose environment names the data folder; the last line is the result."""
    from vardkase.cli.installation import configure_django  # noqa: PLC0415 - only here are models needed

    configure_django()
    costs = [_cost(name, work) for name, work in _jobs()]
    print(json.dumps([asdict(cost) for cost in costs]))


def _jobs() -> Iterator[tuple[str, Callable[[], object]]]:
    from vardkase.analysis.correlation.tasks import rebuild_all  # noqa: PLC0415
    from vardkase.core import schedules  # noqa: PLC0415
    from vardkase.core.sql import cursor  # noqa: PLC0415
    from vardkase.identity.accounts.models import User  # noqa: PLC0415

    cursor().execute("ANALYZE")
    for name, schedule in schedules.registered().items():
        if not name.startswith("backups."):  # They have tables of their own (docs/measurements.md).
            yield name, schedule.work
    user = User.objects.order_by("pk").values_list("pk", flat=True)[0]
    yield "correlation.rebuild_all", lambda: rebuild_all(user_id=user)


def _cost(name: str, work: Callable[[], object]) -> Cost:
    from django.db import connection  # noqa: PLC0415

    connection.ensure_connection()
    backend = connection.connection.info.backend_pid
    rows, spent = _rows(), _spent(backend)
    began, fault = time.perf_counter(), ""
    try:
        work()
    except Exception as error:  # noqa: BLE001 - the others are measured all the same
        fault = f"{type(error).__name__}: {error}"[:120]
    seconds = time.perf_counter() - began
    return Cost(name, seconds, _spent(backend) - spent, _rows() - rows, fault)


def _rows() -> int:
    from vardkase.core.sql import cursor  # noqa: PLC0415

    cursor().execute("SELECT pg_stat_force_next_flush()")
    cursor().execute("SELECT pg_stat_clear_snapshot()")
    read: Any = cursor().execute(READ).fetchall()[0][0]
    return int(read)


def _spent(backend: int) -> float:
    fields = Path(f"/proc/{backend}/stat").read_text().rpartition(")")[2].split()
    return time.process_time() + (int(fields[11]) + int(fields[12])) / TICKS


def too_fast(found: dict[int, list[Cost]]) -> list[str]:
    """Jobs that grew faster than the store did, from the smallest to the largest."""
    small, large = min(found), max(found)
    before = {cost.job: cost for cost in found[small]}
    return [
        cost.job
        for cost in found[large]
        if cost.processor > NOTICEABLE
        and cost.processor > before[cost.job].processor * TOLERANCE * large / small
    ]


def table(found: dict[int, list[Cost]]) -> Iterator[str]:
    """Markdown: a row for each job, the most expensive first."""
    heads = [f"{size:,} attributes: seconds, processor seconds, rows read" for size in found]
    yield f"| job | {' | '.join(heads)} |"
    yield "|---" * (len(heads) + 1) + "|"
    last = {cost.job: cost for cost in found[max(found)]}
    for name in sorted(last, key=lambda name: -last[name].processor):
        cells = []
        for costs in found.values():
            cost = next(each for each in costs if each.job == name)
            cells.append(cost.fault or f"{cost.seconds:.2f}, {cost.processor:.2f}, {cost.rows:,}")
        yield f"| {name} | {' | '.join(cells)} |"


READ = """
SELECT sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)) FROM pg_stat_all_tables
"""


if __name__ == "__main__":
    main()
