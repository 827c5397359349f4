"""A closed case becomes a package that an e-archive can check: by the schemas and rules of E-ARK, and file by file.

eark-validator 1.1.3 asks of every agent that is a creator what CSIP asks of the software alone (CSIP12, 13 and 16),
and of every creator an attribute that the schema of METS forbids (SIP14): no SIP is without these. They are expected
here, and the rules of CSIP pass without the organisation that hands the package over, which SIP 2.1 demands (SIP15).
"""

from __future__ import annotations

import gc
import hashlib
import urllib.request
import zipfile
from collections.abc import Iterator
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from lxml import etree

from tests.factories.memberships import Desk, at_the_screen, make_desk, member
from tests.factories.seed import Seed
from tests.hub.membership import with_approval
from tests.web.signed_in import signed_in
from tools.e_archive import DOCUMENTS, faults, main, official_schemas
from vardkase.audit.models import AuditEntry
from vardkase.core.errors import Conflict, Forbidden, NotFound
from vardkase.core.problems import ProblemCode
from vardkase.hub.case_files import services
from vardkase.hub.case_files.e_archive.package import archive_package
from vardkase.hub.case_files.models import CaseDocument, CaseFile, CaseKind
from vardkase.hub.case_files.problems import CaseFileProblem

KNOWN_FAULTS = {"CSIP12", "CSIP13", "CSIP16", "SIP14"}
METS = "{http://www.loc.gov/METS/}"
HREF = "{http://www.w3.org/1999/xlink}href"
ERMS = {"erms": "https://DILCIS.eu/XML/ERMS"}


@pytest.fixture
def desk(seed: Seed, password_is_enough: None) -> Desk:
    return make_desk(seed)


@pytest.fixture
def case_file(seed: Seed, desk: Desk) -> CaseFile:
    """A suspension with its decision, a mail, a note and what came in, closed."""
    member(desk, seed.org_b, sector="private_company")
    with_approval.suspend(at_the_screen(desk.officer), seed.org_b.pk, "suspended", "Konton har delats.")
    officer, case_file = at_the_screen(desk.officer), CaseFile.objects.get()
    services.note_call(officer, case_file, "Bo & <Åsa>", "Han ringde \x01 om <beslutet>.")
    given: dict[str, Any] = {
        "counterpart": "Anna Ek",
        "media_type": "application/pdf",
        "file_name": "../svår väg.pdf",
    }
    services.add_document(officer, case_file, "incoming", "Svar", content=b"%PDF-1.7 svar", **given)
    services.set_registry_number(officer, case_file, "2026/17")
    return services.close_case_file(officer, case_file)


@pytest.fixture
def validator(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """eark_validator reads its vocabularies from the web as it is imported; it carries them as files as well."""
    spec = find_spec("eark_validator")
    assert spec
    vocabularies = Path(str(spec.origin)).parent / "ipxml" / "resources" / "vocabs"

    def lines(address: str) -> list[bytes]:
        return (vocabularies / address.rpartition("/")[2]).read_bytes().splitlines()

    monkeypatch.setattr(urllib.request, "urlopen", lines)
    from eark_validator import packages, rules  # noqa: PLC0415  (it cannot be imported before)

    yield packages, rules
    gc.collect()  # It leaves files open.


def unpacked(content: bytes, folder: Path) -> Path:
    with zipfile.ZipFile(BytesIO(content)) as packed:
        assert packed.testzip() is None
        packed.extractall(folder)
    (root,) = folder.iterdir()
    return root


def wrong_files(root: Path) -> list[str]:
    """The files that METS names and that are missing or have another checksum, and those that it does not name."""
    named = {}
    for entry in etree.parse(str(root / "METS.xml")).iter():
        if entry.tag in (f"{METS}file", f"{METS}mdRef"):
            located = entry.find(f"{METS}FLocat")
            named[(entry if located is None else located).attrib[HREF]] = entry.attrib["CHECKSUM"]
    found = {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in root.rglob("*")
        if path.is_file() and path.name != "METS.xml"
    }
    return sorted(path for path in named | found if named.get(path) != found.get(path))


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_package_of_a_closed_case_is_valid(
    desk: Desk, case_file: CaseFile, validator: Any, tmp_path: Path
) -> None:
    packages, rules = validator
    web, path = signed_in(desk.officer), f"/cases/{case_file.number}/"
    assert "Paket för e-arkiv" in web.get(path, headers={"accept-language": "sv"}).content.decode()
    answer = web.post(f"{path}archive/")
    assert answer["Content-Disposition"] == f'attachment; filename="{case_file.number}.zip"'
    root = unpacked(b"".join(answer), tmp_path / "package")
    report = packages.PackageValidator(root).validation_report
    assert report.structure.status.name == "WELLFORMED"
    assert report.metadata.schema_results.status.name == "VALID", "METS and the extensions of E-ARK"
    errors = [each for each in report.metadata.schematron_results.messages if each.severity.name == "ERROR"]
    assert {each.rule_id for each in errors} == KNOWN_FAULTS
    assert wrong_files(root) == []
    assert list(faults(root)) == []
    assert list(faults(root, official_schemas())) == []
    described = etree.parse(str(root / "metadata" / "descriptive" / "erms.xml"))

    def texts(name: str) -> list[str]:
        return [each.text or "" for each in described.iterfind(f".//erms:{name}", ERMS)]

    assert texts("extraId")[0] == "2026/17"
    assert texts("objectId")[0] == case_file.number
    assert {"Organisation B", "CERT-SE", "Bo & <Åsa>", "Anna Ek"} <= set(texts("name"))
    assert "Beslut om avstängning" in texts("actionText")[0]
    assert len(texts("record")) == case_file.documents.count()
    entry = AuditEntry.objects.get(action="case_file.archived")
    manifest = hashlib.sha256((root / "METS.xml").read_bytes()).hexdigest()
    assert entry.change == {"documents": case_file.documents.count(), "sha256": manifest}
    # What the validator holds against every SIP: without the agent that it takes for software, CSIP passes.
    tree = etree.parse(str(root / "METS.xml"))
    header = tree.getroot().find(f"{METS}metsHdr")
    header.remove(header.findall(f"{METS}agent")[2])
    tree.write(str(tmp_path / "METS.xml"))
    csip = rules.ValidationProfile(rules.SpecificationType.CSIP, rules.SpecificationVersion.V2_1_0)
    csip.validate(tmp_path / "METS.xml")
    assert [each.rule_id for each in csip.get_all_results() if each.severity.name == "ERROR"] == []
    # Whoever changes a file is found out.
    letter = next((root / "representations/rep1/data").glob("0001-*.pdf"))
    letter.write_bytes(letter.read_bytes()[:-1] + b"x")
    (root / "representations/rep1/data" / "9999.txt").write_text("extra")
    assert [Path(each).name for each in wrong_files(root)] == [letter.name, "9999.txt"]
    (root / "METS.xml").write_text((root / "METS.xml").read_text().replace("structMap", "structmap"))
    report = packages.PackageValidator(root).validation_report
    assert report.metadata.schema_results.status.name == "INVALID"


def test_package_is_validated_against_a_folder_of_schemas(
    desk: Desk, case_file: CaseFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as the official ones; here the subset stands in for them, under other names."""
    content = b"".join(signed_in(desk.officer).post(f"/cases/{case_file.number}/archive/"))
    packed, given = tmp_path / "package.zip", tmp_path / "official"
    packed.write_bytes(content)
    root = unpacked(content, tmp_path / "package")
    given.mkdir()
    for number, path in enumerate(sorted((root / "schemas").glob("*.xsd"))):
        (given / f"schema{number}.xsd").write_bytes(path.read_bytes())
    monkeypatch.setenv("VARDKASE_ARCHIVE_SCHEMAS", str(given))
    assert official_schemas() == given
    assert main([str(packed)]) == 0
    premis = root / DOCUMENTS[1]
    premis.write_text(premis.read_text().replace("eventType", "eventKind"))
    (given / "schema0.xsd").unlink()
    found = list(faults(root, given))
    assert {fault.partition(":")[0] for fault in found} == set(DOCUMENTS)
    assert "no schema of" in found[0]
    assert "eventKind" in found[1]


def test_what_cannot_be_packed_is_refused(
    seed: Seed, desk: Desk, case_file: CaseFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer, path = at_the_screen(desk.officer), f"/cases/{case_file.number}/archive/"
    for who in (desk.operator, desk.admin, seed.stranger, seed.site_admin):
        assert signed_in(who).post(path).status_code in (403, 404)
        with pytest.raises((NotFound, Forbidden)):
            archive_package(at_the_screen(who), case_file)
    assert signed_in(desk.officer).get(path).status_code == 405

    def refused(case: CaseFile, code: ProblemCode) -> bool:
        with pytest.raises(Conflict) as caught:
            archive_package(officer, case)
        return caught.value.has(code)

    with monkeypatch.context() as patched:
        patched.setattr("vardkase.hub.case_files.e_archive.package.has_closed_documents", lambda _case: True)
        assert refused(case_file, CaseFileProblem.DOCUMENTS_CLOSED)
    with transaction.atomic():
        given = {"number": 99, "occurred_at": timezone.now(), "text": "Ändrad.", "sha256": "0" * 64}
        CaseDocument.objects.create(case_file=case_file, **given)
        damaged = refused(case_file, CaseFileProblem.DAMAGED)
        transaction.set_rollback(True)
    assert damaged
    services.reopen_case_file(officer, case_file)
    case_file.refresh_from_db()
    assert refused(case_file, CaseFileProblem.NOT_CLOSED)
    empty = services.open_case_file(officer, CaseKind.MEMBERSHIP, "Tomt", "membership", 4711)
    assert refused(services.close_case_file(officer, empty), CaseFileProblem.NOTHING_FILED)
    assert not AuditEntry.objects.filter(action="case_file.archived").exists()
