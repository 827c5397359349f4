"""`vardkase demo`: a demonstration community; organisations and cases are invented or published long ago."""

from __future__ import annotations

from dataclasses import asdict

from vardkase.cli.installation import DataDir, opened
from vardkase.cli.output import AsLog, Json, note, rows, write_as_log
from vardkase.hub.profiles import EVERY

PROFILES = EVERY


def demo(data_dir: DataDir = None, json: Json = False, as_log: AsLog = False) -> None:
    """Fill an empty installation with a demo community, and print its users with their passwords, this once."""
    if as_log:
        write_as_log()
    with opened(data_dir):
        from vardkase.cli.demo.community import fill
        from vardkase.knowledge.services import load

        load()
        members = fill()
        if not members:
            note("There are people, members, applications or events already; the community was not added.")
            return
        note("The people of the demonstration; their passwords are shown this once:")
        rows([asdict(member) for member in members], as_json=json)
