"""`vardkase enrolment-code` on a hub, `vardkase enrol` on a member's own platform."""

from __future__ import annotations

from typing import Annotated

import typer

from vardkase.cli.installation import DataDir, opened
from vardkase.cli.output import AsUser, Json, result
from vardkase.hub.profiles import Profile, only_in

Member = Annotated[str, typer.Argument(help="The organisation's name, id or uuid.", metavar="ORGANISATION")]
Code = Annotated[str, typer.Argument(help="The code that the hub has made.")]
Url = Annotated[str, typer.Argument(help="The hub's address, such as https://hub.example.")]


@only_in(Profile.HUB)
def enrolment_code(member: Member, data_dir: DataDir = None, user: AsUser = "", json: Json = False) -> None:
    """Create a one-time code by which a member connects its own platform (on the hub)."""
    with opened(data_dir):
        from vardkase.cli.console import acting
        from vardkase.hub.enrolment.codes import make_code

        row, code = make_code(acting(user), member)
        result(
            {"organisation": row.organisation.name, "code": code, "expires": row.expires.isoformat()},
            as_json=json,
        )


@only_in(Profile.MEMBER)
def enrol(code: Code, url: Url, data_dir: DataDir = None, user: AsUser = "", json: Json = False) -> None:
    """Join a hub by its enrolment code and connect both sides (on a member's own platform)."""
    with opened(data_dir):
        from vardkase.cli.console import acting
        from vardkase.hub.enrolment.joining import enrol as join

        joined = join(acting(user), code, url)
        result({"hub": joined.server.name, "connection": joined.server_id, "fault": joined.why}, as_json=json)
