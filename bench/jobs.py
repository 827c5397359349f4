"""What each background job costs as the store grows: `python -m bench.jobs --sizes 100000 1000000`.

Jobs are called as the worker calls them, in a process beside the hub, each for the first time on a new hub. Rows are
what PostgreSQL read of the hub's tables meanwhile, which does not depend on what else the machine does. Nobody is
subscribed, and there are no feeds and no servers: what is done for each of them is not in it.
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
from bench.instance import prepared_instance
from bench.load import load

TICKS = os.sysconf("SC_CLK_TCK")
NOTICEABLE, MANY = 0.5, 10_000
"""Seconds of the processor, and rows, from which on a job's growth is judged."""
SHOWN, FEW = 0.05, 1_000
"""The same for a row of its own in the table."""
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
    """Fill hubs; print the table. Exit code 1 when a job failed, or grew faster than the store."""
    parser = argparse.ArgumentParser(prog="python -m bench.jobs", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100_000, 1_000_000], help="of attributes")
    parser.add_argument("--output", type=Path, default=Path(".cache/jobs.json"))
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        measure()
        return
    found: dict[int, list[Cost]] = {}
    for size in sorted(options.sizes):
        with prepared_instance() as instance:  # Another one: most jobs find nothing to do at a second run.
            assert instance.folder
            load(instance.url, instance.key, Corpus(size), size)
            found[size] = _measured(instance.folder)
            print(f"{size:,} attributes: {len(found[size])} jobs measured", flush=True)
    document = {size: [asdict(cost) for cost in costs] for size, costs in found.items()}
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(document, indent=1) + "\n")
    print("\n".join(table(found)))
    print(f"\nLoad of the machine at the end {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    wrong = [f"{cost.job} failed: {cost.fault}" for costs in found.values() for cost in costs if cost.fault]
    wrong += [f"{job} grew faster than the store" for job in too_fast(found)]
    print("\n".join(wrong))
    sys.exit(bool(wrong))


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
    growth = TOLERANCE * large / small
    return [
        cost.job
        for cost in found[large]
        for then in (before[cost.job],)
        if cost.processor > max(NOTICEABLE, then.processor * growth)
        or cost.rows > max(MANY, then.rows * growth)
    ]


def table(found: dict[int, list[Cost]]) -> Iterator[str]:
    """Markdown: a row for each job that costs something, the most expensive first."""
    heads = [f"{size:,} attributes: seconds, processor seconds, rows read" for size in found]
    yield f"| job | {' | '.join(heads)} |"
    yield "|---" * (len(heads) + 1) + "|"
    jobs = [[costs[number] for costs in found.values()] for number in range(len(found[max(found)]))]
    jobs.sort(key=lambda costs: -costs[-1].processor)
    small = [costs for costs in jobs if all(each.processor < SHOWN and each.rows < FEW for each in costs)]
    for costs in jobs:
        if costs not in small:
            cells = [f"{each.seconds:.2f}, {each.processor:.2f}, {each.rows:,}" for each in costs]
            yield f"| {costs[0].job} | {' | '.join(cells)} |"
    most = [max((costs[number].seconds for costs in small), default=0.0) for number in range(len(found))]
    yield f"| {len(small)} others, at most | {' | '.join(f'{seconds:.2f}' for seconds in most)} |"


READ = """
SELECT sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)) FROM pg_stat_user_tables
"""


if __name__ == "__main__":
    main()
