"""The report of a move as PDF, in both languages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result
from django.utils.translation import gettext, override
from pypdf import PdfReader
from typer.testing import CliRunner

from tests.hub.move_in import misp
from tests.hub.move_in.command import move_in
from vardkase.cli.main import commands
from vardkase.hub.move_in.document import _move, _switched_off
from vardkase.hub.move_in.not_moved import NOT_MOVED
from vardkase.hub.move_in.source.api.copy import NEVER
from vardkase.hub.move_in.source.api.indexes import INDEXES, NOT_GIVEN
from vardkase.hub.move_in.wording import NOT_OVER_API, SENTENCES


@pytest.mark.usefixtures("only_people")
def test_report_is_printed_in_both_languages(db: None, tmp_path: Path) -> None:
    report = move_in(tmp_path, misp.tables())
    printed = {language: _printed(tmp_path / f"{language}.pdf", language) for language in ("sv", "en")}
    assert "The password is hashed in a way that MISP has given up" in printed["en"]
    assert "Lösenordet är hashat på ett sätt som MISP har övergett" in printed["sv"]
    for text in printed.values():
        assert "old@a.example" in text
        assert report["signature"]["key"] in text
    # Every reason has a translation, unless it names what could not be read.
    told = {entry[name] for entry in report["left_out"] for name in ("kind", "why")} | {*report["taken"]}
    with override("sv"):
        assert [text for text in told if gettext(text) == text and ": " not in text] == []
    assert set(NOT_MOVED.values()) <= {*SENTENCES}
    # Of a move over the API: lists that it does not give are named in Swedish, no dump and no count of one in a plural.
    api = {"digest": "", "base_url": "https://misp.a.example", "api": "https://misp.a.example"}
    names = [*NOT_GIVEN, *(index.kind for index in INDEXES)]
    left_out = {"kind": NOT_OVER_API, "why": NEVER, "count": len(names), "names": names}
    with override("sv"):
        told = _move(report | {"source": report["source"] | api, "left_out": [left_out]})
        assert [name for name in names if gettext(name) == name] == []
        assert "SHA-256" not in told["intro"]
        assert "har jämförts med MISP: 0" in told["intro"]
        entry = told["sections"][0]["entries"][0]
        assert entry["head"] == f"Lämnades inte ut över API:et: {len(names)}"
        assert entry["names"].startswith(
            "lösenord, andra faktorer vid inloggning, nycklar, servrars certifikat"
        )
        assert "Steg" not in [section["heading"] for section in told["sections"]]
        assert _switched_off({"kind": "mail", "title": "mail"}) == "e-post"
    assert _print(tmp_path / "x.pdf", "de").exit_code == 1
    forged = tmp_path / "forged.json"
    forged.write_text(json.dumps(report | {"taken": {"accounts": 1}}))
    assert _print(tmp_path / "x.pdf", "sv", str(forged)).exit_code == 1
    assert not (tmp_path / "x.pdf").exists(), "what this hub did not sign is not printed"


def _print(file: Path, language: str, *report: str) -> Result:
    given = ["move-in", "report", *report, "--pdf", str(file), "--language", language]
    return CliRunner().invoke(commands, given)


def _printed(file: Path, language: str) -> str:
    assert _print(file, language).exit_code == 0
    pages = [page.extract_text() for page in PdfReader(file).pages]
    return " ".join(" ".join(pages).split())
