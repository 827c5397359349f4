"""What a package consists of, in METS as E-ARK CSIP and SIP 2.1.0 profile it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vardkase.hub.case_files.e_archive.contents import ArchivePackage, PackedFile
from vardkase.hub.case_files.e_archive.xml import CSIP, METS, XLINK, Tree, moment, root

PROFILE = "https://earksip.dilcis.eu/profile/E-ARK-SIP.xml"
SCHEMA = (
    f"{METS} http://www.loc.gov/standards/mets/mets.xsd "
    f"{CSIP} https://earkcsip.dilcis.eu/schema/DILCISExtensionMETS.xsd"
)
ERMS_TYPE = "citserms_v2_1"
"""In the vocabulary of content information types."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageParts:
    descriptive: PackedFile
    preservation: PackedFile
    documentation: Sequence[PackedFile]
    schemas: Sequence[PackedFile]


def manifest(package: ArchivePackage, parts: PackageParts) -> bytes:
    mets = root(METS, "mets", SCHEMA)
    for name, value in (
        ("OBJID", package.name),
        ("LABEL", f"{package.case_file.number} {package.case_file.title}"),
        ("TYPE", "Mixed"),
        (f"{{{CSIP}}}CONTENTINFORMATIONTYPE", ERMS_TYPE),
        ("PROFILE", PROFILE),
    ):
        mets.set(name, value)
    _header(mets, package)
    created = moment(package.made_at)
    dmd = mets.add("dmdSec", "", {"ID": "dmd-erms", "CREATED": created, "STATUS": "CURRENT"})
    _reference(dmd, parts.descriptive, {"MDTYPE": "OTHER", "OTHERMDTYPE": "ERMS", "MDTYPEVERSION": "2.1.2"})
    provenance = {"ID": "amd-premis", "CREATED": created, "STATUS": "CURRENT"}
    amd = mets.add("amdSec").add("digiprovMD", "", provenance)
    _reference(amd, parts.preservation, {"MDTYPE": "PREMIS", "MDTYPEVERSION": "3.0"})
    documents = [packed.file for packed in package.documents]
    groups: list[tuple[str, Sequence[PackedFile], str]] = [
        ("Documentation", parts.documentation, "documentation"),
        ("Schemas", parts.schemas, "schemas"),
        ("Representations/rep1", documents, ERMS_TYPE),
    ]
    section = mets.add("fileSec", "", {"ID": "files"})
    for use, files, content in groups:
        _group(section, use, files, content)
    _structure(mets, package, [use for use, _files, _content in groups])
    return mets.document()


def _header(mets: Tree, package: ArchivePackage) -> None:
    created = moment(package.made_at)
    header = mets.add("metsHdr", "", {"CREATEDATE": created, "LASTMODDATE": created, "RECORDSTATUS": "NEW"})
    header.set(f"{{{CSIP}}}OAISPACKAGETYPE", "SIP")
    software = {"ROLE": "CREATOR", "TYPE": "OTHER", "OTHERTYPE": "SOFTWARE"}
    _agent(header, software, package.software, "SOFTWARE VERSION", package.version)
    if authority := package.description.authority:
        for role in ("ARCHIVIST", "CREATOR"):
            given = {"ROLE": role, "TYPE": "ORGANIZATION"}
            _agent(header, given, authority.name, "IDENTIFICATIONCODE", f"UUID:{authority.uuid}")


def _agent(header: Tree, given: dict[str, str], name: str, note: str, value: str) -> None:
    agent = header.add("agent", "", given)
    agent.add("name", name)
    agent.add("note", value, {f"{{{CSIP}}}NOTETYPE": note})


def _reference(section: Tree, file: PackedFile, kind: dict[str, str]) -> None:
    section.add("mdRef", "", {"ID": file.id} | _location(file) | kind | _facts(file))


def _group(section: Tree, use: str, files: Sequence[PackedFile], content: str) -> None:
    group = section.add("fileGrp", "", {"ID": _group_id(use), "USE": use})
    group.set(f"{{{CSIP}}}CONTENTINFORMATIONTYPE", "OTHER")
    group.set(f"{{{CSIP}}}OTHERCONTENTINFORMATIONTYPE", content)
    for file in files:
        entry = group.add("file", "", {"ID": file.id, "ADMID": "amd-premis"} | _facts(file))
        entry.add("FLocat", "", _location(file))


def _structure(mets: Tree, package: ArchivePackage, uses: Sequence[str]) -> None:
    given = {"ID": "structure", "TYPE": "PHYSICAL", "LABEL": "CSIP"}
    whole = mets.add("structMap", "", given).add("div", "", {"ID": "package", "LABEL": package.name})
    metadata = {"ID": "div-metadata", "LABEL": "Metadata", "DMDID": "dmd-erms", "ADMID": "amd-premis"}
    whole.add("div", "", metadata)
    for use in uses:
        label = use.partition("/")[0]
        part = whole.add("div", "", {"ID": f"div-{label.lower()}", "LABEL": label})
        part.add("fptr", "", {"FILEID": _group_id(use)})


def _group_id(use: str) -> str:
    return f"group-{use.partition('/')[0].lower()}"


def _location(file: PackedFile) -> dict[str, str]:
    return {"LOCTYPE": "URL", f"{{{XLINK}}}type": "simple", f"{{{XLINK}}}href": file.path}


def _facts(file: PackedFile) -> dict[str, str]:
    return {
        "MIMETYPE": file.media_type,
        "SIZE": str(file.size),
        "CREATED": moment(file.created),
        "CHECKSUM": file.sha256,
        "CHECKSUMTYPE": "SHA-256",
    }
