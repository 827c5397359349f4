"""Which commands read members' content: at the console it needs a content access grant."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from tests.factories import make_event
from tests.factories.content_access import Setup, make_setup
from tests.factories.seed import Seed
from vardkase.audit.models import AuditEntry
from vardkase.cli.main import commands
from vardkase.hub.content_access.models import ContentReading
from vardkase.intel.models import Event


class Reads(Enum):
    """How much of events a command prints, or writes to a file that the caller names."""

    CONTENT = "what events say: titles, values, tags, files"
    METADATA = "ids, counts, owners and outcomes"
    NOTHING = "nothing of events"


COMMANDS = {
    Reads.CONTENT: ("export", "feed export"),
    Reads.METADATA: (
        *("import", "policy try", "feed refresh"),
        *("audit archive", "audit export"),
        *(f"move-in {each}" for each in ("compare", "log", "report")),
        *(f"content-access {each}" for each in ("end", "list", "show", "withdraw")),
    ),
    Reads.NOTHING: (
        *(
            "assurance",
            "check",
            "createuser",
            "demo",
            "enrol",
            "enrolment-code",
            "init",
            "knowledge update",
            "mail test",
            "migrate",
        ),
        *("policy export", "policy show", "serve", "staff", "version", "worker"),
        *("doctor", "move-in switch-on", "remove", "restore", "restored", "secrets rotate", "upgrade"),
        *(f"audit {each}" for each in ("checkpoint", "held", "keys", "remove", "verify")),
        *(f"backup {each}" for each in ("list", "log", "new-identity", "prune", "recipients list")),
        *(
            f"backup {each}"
            for each in ("recipients openpgp", "recipients propose", "run", "secrets", "stop", "verify")
        ),
        *(f"sealed-link {each}" for each in ("challenge", "key", "open", "status")),
        *(f"files {each}" for each in ("move", "status")),
        *(f"jobs {each}" for each in ("cancel", "list", "restart-workers", "retry")),
        *(f"key {each}" for each in ("issue", "list", "revoke")),
        *(
            f"membership {each}"
            for each in (
                *("activate", "assess", "do", "import", "invite", "link", "list", "members", "onboarding"),
                *("reopen", "request-completion", "resume", "review", "schema", "show", "step", "test"),
                "waive",
                *("change propose", "change refuse", "change withdraw"),
                *("community list", "community save"),
                "phase list",
                *("statement attach", "statement detach", "statement show", "statement write"),
            )
        ),
        *(
            f"security {each}"
            for each in (
                "certificate",
                "domain",
                "modes",
                "networks",
                "provider",
                "requirements",
                "reviews",
                "show",
            )
        ),
        *(f"support {each}" for each in ("answer", "import-mail", "list", "show", "step")),
    ),
}


def names(command: Any, path: tuple[str, ...] = ()) -> Iterator[str]:
    if (group := getattr(command, "commands", None)) is None:
        yield " ".join(path)
        return
    for name, each in group.items():
        yield from names(each, (*path, name))


def test_every_command_is_classified_once() -> None:
    """A new command goes into one of the three groups; one that reads content also uses `export_readers`."""
    classified = sorted(name for group in COMMANDS.values() for name in group)
    assert classified == sorted(names(typer.main.get_command(commands)))


@pytest.fixture
def setup(seed: Seed) -> Setup:
    found = make_setup(seed)
    for distribution in (1, 3):
        make_event(seed.org_a, distribution=distribution, published=True).save()
    return found


def arguments(command: str, folder: Path) -> list[str]:
    more = {
        "export": ["--output", str(folder / "out")],
        "feed export": [str(folder / "feed"), "--distribution", "1"],
    }
    return [*command.split(), *more[command]]


def said_in(folder: Path) -> str:
    return "".join(file.read_text() for file in folder.rglob("*") if file.is_file())


@pytest.mark.parametrize("command", COMMANDS[Reads.CONTENT])
def test_content_is_refused_without_a_grant(setup: Setup, tmp_path: Path, command: str) -> None:
    for who in ([], ["--user", setup.operator.user.email], ["--user", setup.seed.site_admin.user.email]):
        answer = CliRunner().invoke(commands, [*arguments(command, tmp_path), *who])
        assert answer.exit_code == 1
    assert said_in(tmp_path) == ""
    assert AuditEntry.objects.filter(action="console.export_refused").count() == 3


@pytest.mark.parametrize("command", COMMANDS[Reads.CONTENT])
def test_grant_limits_the_content_and_each_read_is_recorded(
    setup: Setup, tmp_path: Path, command: str
) -> None:
    setup.granted()
    answer = CliRunner().invoke(
        commands, [*arguments(command, tmp_path), "--user", setup.operator.user.email], catch_exceptions=False
    )
    assert answer.exit_code == 0, answer.output
    output = said_in(tmp_path)
    assert [event.pk for event in Event.objects.all() if str(event.uuid) in output] == [setup.event.pk]
    assert list(ContentReading.objects.values_list("event_id", flat=True)) == [setup.event.pk]
    assert AuditEntry.objects.get(action="console.exported").change["count"] == 1


@pytest.mark.parametrize("command", COMMANDS[Reads.CONTENT])
def test_export_before_the_first_officer_is_audited(seed: Seed, tmp_path: Path, command: str) -> None:
    make_event(seed.org_a, distribution=1, published=True).save()
    assert CliRunner().invoke(commands, arguments(command, tmp_path)).exit_code == 0
    assert AuditEntry.objects.get(action="console.exported").change["count"] == 1
