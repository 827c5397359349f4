"""`vardkase policy`: an organisation's policy shown, tried and exported at the console."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.test_content import run
from tests.factories.knowledge import make_tag
from tests.factories.policies import RED, SECOND, in_force, made_public
from tests.factories.seed import Seed


def test_policy_is_shown_tried_and_exported(seed: Seed, tmp_path: Path) -> None:
    make_tag("tlp:red")
    event = made_public(seed.publisher.key, "tlp:red")
    in_force(seed, RED, SECOND)
    shown = json.loads(run("policy", "show", "Organisation A", "--json"))
    assert (shown[0]["rule"], shown[0]["title"]) == (1, "TLP:RED stannar i en delningsgrupp")
    tried = json.loads(run("policy", "try", "Organisation A", "--json"))
    assert tried == [
        {"event": int(event["id"]), "uuid": event["uuid"], "verdict": "refused", "rules": "1, 2"}
    ]
    file = tmp_path / "policy.docx"
    assert json.loads(run("policy", "export", "Organisation A", str(file), "--json"))["version"] == 1
    assert file.read_bytes().startswith(b"PK")
    run("policy", "show", "Organisation B", code=1)
    run("policy", "try", "Organisation A", "--since", "yesterday", code=2)
