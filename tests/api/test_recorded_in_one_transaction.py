"""What is done and its entry in the audit log are one transaction: if the entry cannot be written, nothing is done.

Of the endpoints every one that writes is tried in the long lane, and a few of each kind in the ordinary one.
"""

from __future__ import annotations

import json

import psycopg
import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from typer.testing import CliRunner

from tests.api.test_roles import MEMBERS, THROTTLES, Line, lines
from tests.factories.samples import SampleHub, Samples
from tests.support.contents import contents
from tests.web import accounts
from vardkase.cli.main import commands
from vardkase.hub.audit_log.state import verify_nightly

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("password_is_enough")]

REFUSES = """
CREATE FUNCTION refuse_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the audit log takes no entries'; END $$;
CREATE TRIGGER refuse_entry BEFORE INSERT ON audit_entry FOR EACH STATEMENT EXECUTE FUNCTION refuse_entry();
"""
NOT_TRIED = ("servers/changePriority",)
"""The only connection is not moved."""
WRITES = [
    line
    for line in lines()
    if line.writes
    and line.needs != "staff"  # Whom nobody here is.
    and not (line.skip or line.unrecorded or line.answers or line.name in NOT_TRIED)
]
SOME = ("tags/add", "events/delete", "attributes/edit", "admin/users/edit", "auth_keys/add", "servers/edit")


def refuse_entries() -> None:
    with connection.cursor() as executor:
        executor.execute(REFUSES)


def try_endpoint(line: Line, hub: SampleHub) -> None:
    callers = [hub.caller(who) for who in reversed(MEMBERS)]
    caller = next(each for each in callers if line.serves(each.holds))
    things = Samples(hub, caller)
    path = f"/{line.name}/{things.fill(line.to)}"
    body = json.dumps({} if line.send is None else things.fill(line.send))
    before = contents(without=THROTTLES)
    refuse_entries()
    headers = {"Authorization": caller.key, "Accept": "application/json"}
    client = Client(raise_request_exception=False)
    answer = client.generic(line.asked_by, path, body, content_type="application/json", headers=headers)
    assert answer.status_code == 500, answer.content
    assert contents(without=THROTTLES) == before


@pytest.mark.long
@pytest.mark.parametrize("line", [pytest.param(line, id=line.name) for line in WRITES])
def test_endpoint_does_nothing_without_its_entry(line: Line) -> None:
    try_endpoint(line, SampleHub())


@pytest.mark.parametrize("line", [pytest.param(line, id=line.name) for line in WRITES if line.name in SOME])
def test_nothing_is_done_without_its_entry(line: Line) -> None:
    try_endpoint(line, SampleHub())


def test_page_command_and_job_do_nothing_without_their_entry(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VARDKASE_DATA_DIR", str(tmp_path))
    client = accounts.signed_in(SampleHub().caller("site admin").user)
    client.raise_request_exception = False
    before = contents(without=THROTTLES)
    refuse_entries()
    client.post(reverse("role_create"), {"name": "Ny roll", "permission": "0"})
    assert CliRunner().invoke(commands, ["audit", "keys", "--rotate"]).exit_code
    with pytest.raises(psycopg.Error, match="takes no entries"), transaction.atomic():
        verify_nightly()
    assert contents(without=THROTTLES) == before
