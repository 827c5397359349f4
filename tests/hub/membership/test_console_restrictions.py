"""The console cannot act as a member: neither by its name nor with its key."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.utils.translation import override
from typer.testing import CliRunner

from tests.factories.memberships import Desk, make_desk, member
from tests.factories.seed import Seed
from vardkase.audit.models import AuditEntry
from vardkase.cli.main import commands
from vardkase.core.errors import Forbidden
from vardkase.identity.access.actor import console_actor
from vardkase.identity.accounts.models import AuthKey, User
from vardkase.identity.accounts.services import edit_user, issue_key, reset_password
from vardkase.identity.organisations.models import MembershipInUse
from vardkase.intel.models import Event

EVENT = {"info": "Norrvik reports: all fine", "distribution": 1}
OF_A_MEMBER = (
    ("key", "issue", "{email}"),
    ("createuser", "x@mailbox.example", "--org", "{org}", "--role", "User", "--key"),
    ("import", "{file}", "--user", "{email}", "--publish"),
    ("export", "--user", "{email}"),
    ("feed", "export", "{folder}", "--distribution", "1", "--user", "{email}"),
    ("membership", "statement", "write", "{file}", "--as", "{email}"),
    ("membership", "change", "withdraw", "--as", "{email}"),
)


@pytest.fixture
def desk(seed: Seed, mail: Any, password_is_enough: None) -> Desk:
    desk = make_desk(seed)
    member(desk, seed.org_b)
    MembershipInUse.objects.create(pk=1)
    return desk


def run(*words: str) -> Any:
    return CliRunner().invoke(commands, [*words])


def output_of(answer: Any) -> str:
    return f"{answer.stderr} {answer.exception}"


@pytest.mark.parametrize("command", OF_A_MEMBER, ids=" ".join)
def test_commands_acting_as_member_are_refused(
    seed: Seed, desk: Desk, tmp_path: Path, command: tuple[str, ...]
) -> None:
    file, email = tmp_path / "event.json", desk.admin.user.email
    file.write_text(json.dumps({"Event": EVENT}))
    given = {"email": email, "org": seed.org_b.name, "file": file, "folder": tmp_path / "feed"}
    before = User.objects.count(), AuthKey.objects.count(), Event.objects.count()
    with override("en"):
        answer = run(*(word.format_map(given) for word in command))
        assert answer.exit_code == 1
        assert f"{seed.org_b.name} is a member" in output_of(answer)
    assert (User.objects.count(), AuthKey.objects.count(), Event.objects.count()) == before
    assert not AuditEntry.objects.filter(action="user.name_used_at_console").exists()


def test_services_acting_as_member_are_refused(seed: Seed, desk: Desk) -> None:
    console = console_actor(seed.hub.pk, seed.hub.name, "root")
    person, own = desk.admin.user, seed.site_admin.user
    for act in (
        lambda: issue_key(console, person),
        lambda: reset_password(console, person),
        lambda: edit_user(console, person, {"password": "a-long-new-password"}),
        lambda: edit_user(console, own, {"org_id": seed.org_b.pk}),
    ):
        with override("en"), pytest.raises(Forbidden, match="is a member"):
            act()


def test_commands_for_hub_owner_and_staff_are_allowed(seed: Seed, desk: Desk) -> None:
    assert run("key", "issue", seed.site_admin.user.email).exit_code == 0
    assert run("createuser", "ny@hub.example", "--org", seed.hub.name, "--role", "User").exit_code == 0
    for who in (desk.officer, desk.operator):
        assert run("membership", "members", "--user", who.user.email).exit_code == 0
    assert run("key", "revoke", str(AuthKey.objects.filter(user=desk.admin.user)[0].uuid)).exit_code == 0


def test_console_is_unrestricted_before_membership_is_in_use(seed: Seed, tmp_path: Path) -> None:
    file = tmp_path / "event.json"
    file.write_text(json.dumps({"Event": EVENT}))
    assert run("key", "issue", seed.org_admin.user.email).exit_code == 0
    assert run("import", str(file), "--user", seed.analyst.user.email).exit_code == 0
    assert Event.objects.get().orgc == seed.org_a
