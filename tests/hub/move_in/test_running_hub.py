"""`vardkase move-in --url` with a hub that runs, over a socket: what the recorded answers cannot show."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from tests.exchange.servers import HERE
from tests.factories.seed import Seed
from tests.factories.whole_event import make_setup
from vardkase.cli.main import commands
from vardkase.core import files
from vardkase.core.sql import cursor
from vardkase.hub.move_in import running
from vardkase.hub.move_in.content import packaged
from vardkase.hub.move_in.running import MoveInput
from vardkase.identity.accounts.models import User
from vardkase.intel.models import Attribute, Event

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

    from tests.support.web_server import WebServer


@pytest.mark.long
def test_hub_that_runs_moves_in(
    server: WebServer,
    server_seed: Seed,
    settings: SettingsWrapper,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setattr(packaged, "update_all", list)
    monkeypatch.setattr(running, "run", _into_an_empty_hub(running.run))
    setup = make_setup(server_seed)
    Attribute.objects.filter(pk=setup.own.pk).update(
        type="attachment",
        category="External analysis",
        value1="bild.png",
        data_sha256=files.store(b"a picture"),
    )
    numbers = set(Attribute.objects.values_list("pk", flat=True))
    people = set(User.objects.values_list("pk", "email"))
    key = tmp_path / "key"
    key.write_text(server_seed.site_admin.key)
    given = ["move-in", "--url", server.url, "--key-file", str(key), "--json"]

    refused = CliRunner().invoke(commands, given)
    assert refused.exception is not None, "not a permitted network"
    settings.VARDKASE_PRIVATE_NETWORKS = list(HERE)
    key.write_text(server_seed.analyst.key)
    assert "site administrator" in str(CliRunner().invoke(commands, given).exception)
    assert User.objects.count() == len(people)

    key.write_text(server_seed.site_admin.key)
    compare = ["move-in", "compare", *given[1:]]
    compared = CliRunner().invoke(commands, compare)
    assert compared.exit_code == 0, compared.output
    told = json.loads(compared.stdout)
    assert (told["events"], told["equal"], told["differences"]) == (1, 1, [])
    answer = CliRunner().invoke(commands, given)
    assert answer.exit_code == 0, answer.output
    report = json.loads(answer.stdout)
    assert report["taken"]["events that are equal"] == Event.objects.count() == 1
    assert [entry for entry in report["left_out"] if entry["kind"].startswith("differences")] == []
    assert set(Attribute.objects.values_list("pk", flat=True)) == numbers
    assert set(User.objects.values_list("pk", "email")) == people
    picture = Attribute.objects.get(type="attachment")
    assert files.read(picture.data_sha256 or "") == b"a picture"


def _into_an_empty_hub(run: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """Everything is downloaded by then: the source becomes the fresh hub."""

    def emptied(given: MoveInput, progress: Callable[[str, int, int], None]) -> dict[str, Any]:
        cursor().execute("TRUNCATE organisation, account, sharing_group, event CASCADE")
        return run(given, progress)

    return emptied
