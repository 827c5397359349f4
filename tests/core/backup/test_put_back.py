"""Going back to the data from before an upgrade of PostgreSQL closes the hub, as a restore does."""

from __future__ import annotations

from pathlib import Path

import pytest

from vardkase.cli import cluster_upgrade
from vardkase.core.backup import pending


def test_hub_is_closed_when_former_data_are_put_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster_upgrade, "uses_external_database", lambda: False)
    for name, version in (("database", "18"), ("database.17", "17")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "PG_VERSION").write_text(version)
    cluster_upgrade.undo_or_discard(tmp_path, undo=True, as_json=True)
    assert (tmp_path / "database" / "PG_VERSION").read_text() == "17"
    said = pending.left(tmp_path) or []
    assert (len(said), str(tmp_path / "database.18") in said[0]) == (1, True)
