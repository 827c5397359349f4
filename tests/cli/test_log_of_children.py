"""What `serve` starts beside the web server writes its messages as lines of the log."""

from __future__ import annotations

import json

import pytest

from vardkase.cli import output, serve
from vardkase.cli.progress import shown_progress


def test_messages_of_what_serve_starts_are_json(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(output, "_is_log", False)
    monkeypatch.setenv("VARDKASE_LOG_FORMAT", "json")
    started: list[tuple[str, ...]] = []
    monkeypatch.setattr(serve, "Child", lambda *words, **_options: started.append(words))
    list(serve._background("", serve.Extras(demo=True, knowledge=True, worker=True)))
    assert {words[0]: "--as-log" in words for words in started} == {
        "worker": False,
        "demo": True,
        "knowledge": True,
    }
    capsys.readouterr()
    output.write_as_log()
    with shown_progress() as progress:
        progress("Taxonomies", 1, 2)
        progress("Taxonomies", 2, 2)
    (line,) = capsys.readouterr().err.splitlines()
    assert (json.loads(line)["message"], json.loads(line)["level"]) == ("Loaded Taxonomies (2)", "INFO")
