"""`vardkase assurance` writes what an auditor is given: JSON, PDF in two languages, a bill of materials."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pypdfium2 import PdfDocument
from pytest_django import Settings
from typer import Exit
from typer.testing import CliRunner

from tests.factories import make_attribute, make_event
from tests.factories.memberships import staff_of
from tests.factories.seed import Seed
from vardkase.audit.chain.checkpoints import close_log
from vardkase.audit.chain.keys import is_signed
from vardkase.audit.models import AuditEntry
from vardkase.audit.services import Target, record
from vardkase.cli.assurance import _write
from vardkase.cli.main import commands
from vardkase.exchange.http import Reply
from vardkase.hub.assurance import advisories
from vardkase.hub.assurance.components import Package
from vardkase.hub.audit_actions import HubAction
from vardkase.hub.instance.starts import HubProcess, record_start
from vardkase.identity.access.actor import actor_for
from vardkase.identity.access.permissions import Credential

DOCS = Path(__file__).parents[2] / "docs" / "security"
GOES_ON = b'{"results": [{}, {"next_page_token": "more"}]}'

pytestmark = pytest.mark.django_db


def text_of(file: Path) -> str:
    with PdfDocument(file) as document:
        return " ".join(" ".join(page.get_textpage().get_text_bounded() for page in document).split())


def test_auditor_is_given_the_evidence(seed: Seed, tmp_path: Path, settings: Settings) -> None:
    operator = staff_of(seed, "drift@supplier.example", "operator")
    record(actor_for(operator.user, Credential.BROWSER), HubAction.MAIL_TRIED, Target("mail_server"))
    event = make_event(seed.org_a, info="Nobody outside may read this")
    # Its file is missing, which the evidence says, but not which: the digest of a sample is content.
    lost = make_attribute(event, type="attachment", value1="x.exe", data_sha256="ab" * 32)
    event.save()
    lost.save()
    close_log()
    settings.REQUIRE_SECOND_FACTOR, settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = False, True
    for _again in range(2):
        record_start(HubProcess.WEB)
    # The shell of the command is in order in this respect; the running hub is not.
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = False
    out = tmp_path / "evidence"
    done = CliRunner().invoke(commands, ["assurance", "--out", str(out), "--json"])
    assert done.exit_code == 0, done.output
    assert {file.name: oct(file.stat().st_mode & 0o777) for file in out.iterdir()} == dict.fromkeys(
        ("assurance.json", "assurance.en.pdf", "assurance.sv.pdf", "bom.cdx.json"), "0o600"
    )
    written = "".join(file.read_text() for file in out.glob("*.json"))
    assert "Nobody outside may read this" not in written
    assert lost.data_sha256 not in written
    found = json.loads((out / "assurance.json").read_text())
    _check_facts(dict(found))
    _check_bill(json.loads((out / "bom.cdx.json").read_text()))
    english, swedish = text_of(out / "assurance.en.pdf"), text_of(out / "assurance.sv.pdf")
    for words in (
        "Not checked: no source of advisories was named",
        "drift@supplier.example",
        "A password alone",
        "Stored files are missing from",
        "It was not compared with checkpoints kept outside",
        "Not covered: Debian packages",
        "found this unsafe when it started",
        "Not verified yet",
        "What this document does not answer",
        "Their results are not part of the package",
        "of the 93 controls",
    ):
        assert words in english
    for words in ("Kvarstående risker", "Uppfyllt", "Ingen oberoende har testat produkten än"):
        assert words in swedish
    entry = AuditEntry.objects.get(action="assurance.written")
    for file in out.iterdir():
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        assert entry.change["files"][file.name] == digest
        assert file.name == "assurance.json" or found["files"][file.name] == digest
    assert entry.change["checkpoints"] == 0
    _check_recipe(out, found["signature"]["public_key"])
    again = CliRunner().invoke(commands, ["assurance", "--out", str(out)])
    assert again.exit_code == 1
    assert "is not empty" in again.output


def _check_recipe(folder: Path, public_key: str) -> None:
    """What the document tells auditors to run, before and after a file is changed."""
    (recipe,) = re.findall(r"```python\n(.*?)```", (DOCS / "README.md").read_text("utf-8"), re.DOTALL)
    ran = [sys.executable, "-c", recipe, str(folder), public_key]
    assert subprocess.run(ran, capture_output=True, check=False).returncode == 0
    with (folder / "bom.cdx.json").open("ab") as file:
        file.write(b" ")
    changed = subprocess.run(ran, capture_output=True, text=True, check=False)
    assert "bom.cdx.json has been changed" in changed.stderr


def test_nothing_is_left_of_what_cannot_be_written_whole(tmp_path: Path) -> None:
    with pytest.raises(Exit):
        _write(tmp_path, {"bom.cdx.json": b"{}", "missing/assurance.json": b"{}"})
    assert list(tmp_path.iterdir()) == []


def test_no_hub_is_made_where_none_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    nowhere, out = tmp_path / "typo", tmp_path / "out"
    done = CliRunner().invoke(commands, ["assurance", "--data-dir", str(nowhere), "--out", str(out)])
    assert (done.exit_code, nowhere.exists(), out.exists()) == (1, False, False)
    assert "There is no hub in" in done.output


def _check_facts(found: dict[str, Any]) -> None:
    assert found["vulnerabilities"] == {
        "checked": False,
        "source": "",
        "fault": "",
        "packages": 0,
        "found": {},
        "not_covered": ["deb", "libraries and programs inside Python packages"],
    }
    assert "vardkase.VARDKASE_REQUIRE_SECOND_FACTOR" in found["residual_risks"]["deviations"]
    (start,) = found["configuration"]["starts"]
    assert start["process"] == "web"
    assert "vardkase.VARDKASE_INSECURE_ORIGIN" in start["unsafe"]
    states = {each["name"]: each["state"] for each in found["configuration"]["safe_defaults"]}
    assert states["VARDKASE_INSECURE_ORIGIN"] == "deviates"
    assert any("security.txt is not published" in each for each in found["configuration"]["to_be_done"])
    assert found["audit_log"]["checkpoints_outside"] == 0
    assert states["audit_log"] == "not_verified"
    assert states["VARDKASE_SMTP_SECURITY"] == "not_applicable"
    assert "3.3.3" in found["residual_risks"]["open_requirements"]
    assert sum(found["asvs"]["counts"].values()) > 250
    levels = [each.values() for each in found["asvs"]["counts_by_level"].values()]
    assert [sum(each) for each in zip(*levels, strict=True)][:2] == [70, 183]
    assert len(found["product"]["source"].split()[0]) == 40
    assert len(found["not_answered"]) > 10
    assert found["audit_log"]["intact"]
    accounts = {each["account"]: each for each in found["privileged"]["accounts"]}
    assert accounts["drift@supplier.example"]["actions"]["mail_server.tried"] == 1
    signature = found.pop("signature")
    assert found["components"]["pypi"] > 50
    text = json.dumps(found, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    stated: dict[str, object] = {"assurance": hashlib.sha256(text.encode()).hexdigest()}
    assert is_signed(stated, signature["signature"], signature["public_key"])


def _check_bill(bill: dict[str, Any]) -> None:
    by_name = {each["name"]: each for each in bill["components"]}
    assert by_name["django"]["licenses"] == [{"license": {"id": "BSD-3-Clause"}}]
    assert by_name["htmx.org"]["purl"].startswith("pkg:npm/htmx.org@")
    assert "typescript" not in by_name


def test_failure_of_advisories_says_that_nothing_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    packages = [
        Package("pypi", "django", "6.1.3"),
        Package("npm", "htmx.org", "2.0.8"),
        Package("deb", "zip", "3"),
    ]
    asked: list[Any] = []

    def answer(_method: str, url: str, *, body: bytes, **_options: Any) -> Reply:
        asked.append((url, [each["package"]["purl"] for each in json.loads(body)["queries"]]))
        return Reply(200, {}, url, json.dumps({"results": [{"vulns": [{"id": "PYSEC-1"}]}, {}]}).encode())

    monkeypatch.setattr(advisories, "fetch", answer)
    found = advisories.known_vulnerabilities(packages, "https://advisories.example/")
    assert asked == [
        ("https://advisories.example/v1/querybatch", ["pkg:pypi/django@6.1.3", "pkg:npm/htmx.org@2.0.8"])
    ]
    assert (found.checked, found.count) == (True, 2)
    assert found.found == {"pkg:pypi/django@6.1.3": ["PYSEC-1"]}
    for status, content in ((503, b"{}"), (200, b"[]"), (200, b'{"results": []}'), (200, GOES_ON)):
        monkeypatch.setattr(advisories, "fetch", lambda *_all, s=status, c=content, **_o: Reply(s, {}, "", c))
        failed = advisories.known_vulnerabilities(packages, "https://advisories.example")
        assert (failed.checked, failed.found) == (False, {})
        assert failed.fault
