"""`vardkase jobs …`: the queue, for operators without a browser. Arguments of jobs are not shown."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from vardkase.cli.installation import DataDir, opened
from vardkase.cli.output import Json, note, result, rows
from vardkase.hub.profiles import EVERY

PROFILES = EVERY

commands = typer.Typer(no_args_is_help=True, help="The queue of background jobs.")


class State(StrEnum):
    ALL = "all"
    ACTIVE = "active"
    FAILED = "failed"


STATES = {State.ALL: (), State.ACTIVE: ("todo", "doing"), State.FAILED: ("failed",)}

Number = Annotated[int, typer.Argument(help="The number of the job.", metavar="JOB")]
Limit = Annotated[int, typer.Option(min=1, max=1000, help="How many jobs at most, the newest first.")]


@commands.command("list")
def list_jobs(
    data_dir: DataDir = None, state: State = State.ALL, limit: Limit = 50, json: Json = False
) -> None:
    """List jobs with state, tries, and why they failed."""
    with opened(data_dir):
        from vardkase.cli.console import console
        from vardkase.core.problems import problems_in
        from vardkase.hub.instance import jobs

        actor = console()
        found = jobs.described(actor, jobs.job_rows(actor, STATES[state]).order_by("-pk")[:limit])
        lines = [
            {
                "job": job.id,
                "task": job.task,
                "state": job.state,
                "tries": job.attempts,
                "changed": job.changed.isoformat(timespec="seconds") if job.changed else None,
                "fault": " ".join(str(problem) for problem in problems_in(job.fault)),
            }
            for job in found
        ]
    rows(lines, as_json=json)
    if not lines and not json:
        note("There are no jobs of this kind.")


@commands.command()
def retry(job: Number, data_dir: DataDir = None) -> None:
    """Run a failed job again."""
    with opened(data_dir):
        from vardkase.cli.console import console
        from vardkase.hub.instance.jobs import retry_job

        retry_job(console(), job)
        note(f"Job {job} will be tried again in a moment.")


@commands.command()
def cancel(job: Number, data_dir: DataDir = None) -> None:
    """Cancel a job that waits, or stop one that runs at its next report of progress."""
    with opened(data_dir):
        from vardkase.cli.console import console
        from vardkase.hub.instance.jobs import cancel_job

        cancel_job(console(), job)
        note(f"Job {job} will stop at the next opportunity.")


@commands.command("restart-workers")
def restart_workers(data_dir: DataDir = None, json: Json = False) -> None:
    """Stop the workers of this machine after their current jobs; `serve` starts them again."""
    with opened(data_dir):
        from vardkase.cli.console import console
        from vardkase.hub.instance.workers import stop_workers

        result({"stopped": stop_workers(console())}, as_json=json)
