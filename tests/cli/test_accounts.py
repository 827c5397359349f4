"""Users and keys from the console."""

from __future__ import annotations

import json
from typing import Any

from typer.testing import CliRunner

from tests.factories.seed import Seed
from vardkase.audit.models import AuditEntry
from vardkase.cli.main import commands
from vardkase.identity.accounts.models import AuthKey, User


def run(*arguments: str, code: int = 0) -> Any:
    answer = CliRunner().invoke(commands, [*arguments, "--json"])
    assert answer.exit_code == code, answer.output
    return json.loads(answer.stdout) if code == 0 else answer


def test_user_is_created_with_a_key(seed: Seed) -> None:
    made = run("createuser", "ny@a.example", "--org", "Organisation A", "--role", "Publisher", "--key")
    user = User.objects.get(email="ny@a.example")
    assert (user.org, user.role.name, user.change_pw) == (seed.org_a, "Publisher", True)
    assert user.check_password(made["password"])
    assert len(made["key"]) == 40
    entry = AuditEntry.objects.get(action="user.created", target_id=user.pk)
    assert entry.actor_name.startswith("console:")


def test_unknown_role_lists_the_existing_ones(seed: Seed) -> None:
    answer = run("createuser", "ny@a.example", "--role", "Emperor", code=1)
    assert "Publisher" in answer.stderr
    assert not User.objects.filter(email="ny@a.example").exists()


def test_keys_are_issued_listed_without_secret_and_revoked(seed: Seed) -> None:
    email = seed.analyst.user.email
    made = run("key", "issue", email, "--read-only", "--expires", "2090-01-31", "--allow", "192.0.2.0/24")
    stored = AuthKey.objects.get(uuid=made["uuid"])
    assert (stored.read_only, stored.allowed_ips) == (True, ["192.0.2.0/24"])
    listed = run("key", "list", email)
    assert made["id"] in {key["id"] for key in listed}
    assert made["key"] not in json.dumps(listed)
    run("key", "revoke", made["uuid"])
    assert not AuthKey.objects.filter(uuid=made["uuid"]).exists()


def test_invalid_date_issues_no_key(seed: Seed) -> None:
    before = AuthKey.objects.count()
    answer = CliRunner().invoke(commands, ["key", "issue", seed.analyst.user.email, "--expires", "soon"])
    assert answer.exit_code != 0
    assert AuthKey.objects.count() == before
