"""What an operator does at the machine's console without reading content: the queue, and the hub's secret."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core import signing
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django import Settings
from typer.testing import CliRunner, Result

from tests.factories.seed import Seed
from tests.support.mail_server import mail_server, use
from tests.support.ports import free_port
from vardkase.audit.chain.guard import provide_secret
from vardkase.audit.chain.keys import own_public_key
from vardkase.audit.chain.keys import rotate as make_audit_key
from vardkase.audit.chain.models import AuditGuard
from vardkase.audit.chain.rotation import key_is_leaked
from vardkase.audit.models import AuditEntry
from vardkase.cli.installation import replace_leaked_key
from vardkase.cli.main import commands
from vardkase.config.environment import former_secrets, secret_from
from vardkase.core.errors import VardkaseError
from vardkase.core.mail.problems import OutgoingMailProblem
from vardkase.core.secrets import SecretStore
from vardkase.core.sql import cursor
from vardkase.hub.instance.problems import InstanceProblem


def run(*arguments: str) -> Result:
    return CliRunner().invoke(commands, [*arguments])


@pytest.mark.django_db
def test_queue_is_looked_at_retried_and_cancelled(seed: Seed) -> None:
    first = app.configure_task("mail.deliver").defer(mail_id=987654)
    second = app.configure_task("feeds.fetch").defer(feed_id=1, user_id=0)
    cursor().execute("UPDATE procrastinate_jobs SET status = 'failed' WHERE id = %s", (first,))
    listed = run("jobs", "list", "--json")
    assert "987654" not in listed.stdout, "no arguments"
    assert [(job["job"], job["state"]) for job in json.loads(listed.stdout)][:2] == [
        (second, "todo"),
        (first, "failed"),
    ]
    assert [job["job"] for job in json.loads(run("jobs", "list", "--state", "failed", "--json").stdout)] == [
        first
    ]
    assert run("jobs", "retry", str(first)).exit_code == 0
    assert run("jobs", "retry", str(second)).exit_code == 1, "it has not failed"
    assert run("jobs", "cancel", str(second)).exit_code == 0
    assert run("jobs", "cancel", "999999999").exit_code == 1
    states = dict(ProcrastinateJob.objects.values_list("pk", "status"))
    assert (states[first], states[second]) == ("todo", "cancelled")
    assert {"job.retried", "job.cancelled"} <= set(AuditEntry.objects.values_list("action", flat=True))
    assert json.loads(run("jobs", "restart-workers", "--json").stdout) == {"stopped": 0}


@pytest.mark.django_db
def test_secret_key_is_rotated_and_former_ones_kept(
    seed: Seed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    monkeypatch.delenv("VARDKASE_SECRET_KEY", raising=False)
    monkeypatch.setenv("VARDKASE_DATA_DIR", str(tmp_path))
    rotate = ("secrets", "rotate", "--data-dir", str(tmp_path))
    assert run(*rotate).exit_code == 1, "there is no key yet"
    file = tmp_path / "secrets" / "django"
    keys = [secret_from("VARDKASE_SECRET_KEY", file)]
    for _ in range(2):
        assert run(*rotate).exit_code == 0
        keys.append(secret_from("VARDKASE_SECRET_KEY", file))
    assert len(set(keys)) == 3
    assert (
        AuditEntry.objects.filter(action="secret_key.rotated", actor_name__startswith="console:").count() == 2
    )
    assert run("audit", "checkpoint", "--json").exit_code == 0
    assert AuditEntry.objects.filter(action="audit.signed").count() == 1
    former = file.with_name("django.former")
    assert former_secrets(former) == [keys[1], keys[0]]
    assert (file.stat().st_mode & 0o777, former.stat().st_mode & 0o777) == (0o600, 0o600)
    # What somebody else may know still opens what is in the database, but signs nothing.
    assert run(*rotate, "--leaked").exit_code == 0
    assert former_secrets(file.with_name("django.leaked")) == [keys[2], keys[1], keys[0]]
    assert former_secrets(former) == []
    assert AuditEntry.objects.filter(change__leaked=True).count() == 1
    settings.SECRET_KEY = keys[2]
    provide_secret()
    make_audit_key()
    guard, key = AuditGuard.objects.get().encrypted, own_public_key()
    sealed, signed = SecretStore("x").encrypt("told"), signing.dumps("x")
    settings.SECRET_KEY, settings.VARDKASE_LEAKED_SECRET_KEYS = secret_from("", file), [keys[2]]
    assert SecretStore("x").decrypt(sealed) == "told"
    with pytest.raises(signing.BadSignature):
        signing.loads(signed)
    # Nor is whoever knows it the hub itself, whose key signs the audit log: the next start replaces both.
    provide_secret()
    replace_leaked_key()
    assert AuditGuard.objects.get().encrypted != guard
    assert own_public_key() != key
    assert not key_is_leaked()
    renewed = AuditGuard.objects.get().encrypted
    provide_secret()
    assert AuditGuard.objects.get().encrypted == renewed
    monkeypatch.setenv("VARDKASE_SECRET_KEY", "x" * 40)
    assert "VARDKASE_SECRET_KEY_FALLBACKS" in run(*rotate).output
    assert "VARDKASE_LEAKED_SECRET_KEYS" in run(*rotate, "--leaked").output


@pytest.mark.django_db
def test_mail_server_is_tried(seed: Seed, settings: Any) -> None:
    tried = ("mail", "test", "operator@hub.example")
    assert refused(*tried).has(OutgoingMailProblem.NO_MAIL_SERVER)
    use(settings, free_port())
    assert refused(*tried).has(OutgoingMailProblem.NO_SERVER)
    with mail_server() as server:
        use(settings, server.port)
        assert refused("mail", "test", "operator").has(InstanceProblem.NO_EMAIL_ADDRESS)
        assert run(*tried).exit_code == 0
        server.refusal = "550 no such user"
        assert refused(*tried).has(OutgoingMailProblem.RECIPIENT_REFUSED)
    assert server.recipients == ["operator@hub.example"]
    assert AuditEntry.objects.filter(action="mail_server.tried").count() == 1


def refused(*arguments: str) -> VardkaseError:
    """What the program says in a sentence (`cli.main.app`)."""
    error = run(*arguments).exception
    assert isinstance(error, VardkaseError)
    return error
