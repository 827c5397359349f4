"""How the files of a package were kept, in PREMIS 3: their checksums, and what was done with the case."""

from __future__ import annotations

from datetime import datetime

from vardkase.hub.case_files.e_archive.contents import ArchivePackage, PackedDocument
from vardkase.hub.case_files.e_archive.xml import PREMIS, XSI, Tree, moment, root

SCHEMA = f"{PREMIS} ../../schemas/premis.xsd"
LOCAL = "local"
PACKED, CHECKED = "event-packed", "event-checked"
SOFTWARE, OFFICER = "agent-software", "agent-officer"


def preservation(package: ArchivePackage) -> bytes:
    made = root(PREMIS, "premis", SCHEMA)
    made.set("version", "3.0")
    _representation(made, package)
    for packed in package.documents:
        _file(made, package, packed)
    case_file = package.case_file
    _event(
        made,
        package,
        "event-opened",
        "creation",
        case_file.opened_at,
        f"Case opened by {case_file.opened_by}",
    )
    if case_file.closed_at:
        closed = f"Case closed by {case_file.closed_by}"
        _event(made, package, "event-closed", "accession", case_file.closed_at, closed)
    checked = "SHA-256 of every document compared with the one computed when it was filed"
    _event(made, package, CHECKED, "fixity check", package.made_at, checked, outcome="success")
    _event(made, package, PACKED, "information package creation", package.made_at, "", outcome="success")
    software = _agent(made, SOFTWARE, package.software, "software")
    software.add("agentVersion", package.version)
    _agent(made, OFFICER, package.made_by, "person")
    return made.document()


def _representation(made: Tree, package: ArchivePackage) -> None:
    representation = made.add("object", "", {f"{{{XSI}}}type": "premis:representation"})
    _identify(representation, "object", package.name)
    representation.add("originalName", package.case_file.number)


def _file(made: Tree, package: ArchivePackage, packed: PackedDocument) -> None:
    file = made.add("object", "", {f"{{{XSI}}}type": "premis:file"})
    _identify(file, "object", packed.file.path)
    characteristics = file.add("objectCharacteristics")
    characteristics.add("compositionLevel", "0")
    fixity = characteristics.add("fixity")
    fixity.add("messageDigestAlgorithm", "SHA-256")
    fixity.add("messageDigest", packed.file.sha256)
    characteristics.add("size", str(packed.file.size))
    characteristics.add("format").add("formatDesignation").add("formatName", packed.file.media_type)
    file.add("originalName", packed.document.file_name or packed.document.title)
    relationship = file.add("relationship")
    relationship.add("relationshipType", "structural")
    relationship.add("relationshipSubType", "is part of")
    _identify(relationship, "relatedObject", package.name)
    _identify(file, "linkingEvent", CHECKED)


def _event(
    made: Tree,
    package: ArchivePackage,
    name: str,
    kind: str,
    at: datetime,
    detail: str,
    *,
    outcome: str = "",
) -> None:
    event = made.add("event")
    _identify(event, "event", name)
    event.add("eventType", kind)
    event.add("eventDateTime", moment(at))
    if detail:
        event.add("eventDetailInformation").add("eventDetail", detail)
    if outcome:
        event.add("eventOutcomeInformation").add("eventOutcome", outcome)
        for agent in (SOFTWARE, OFFICER):
            _identify(event, "linkingAgent", agent)
    _identify(event, "linkingObject", package.name)


def _agent(made: Tree, name: str, called: str, kind: str) -> Tree:
    agent = made.add("agent")
    _identify(agent, "agent", name)
    agent.add("agentName", called)
    agent.add("agentType", kind)
    return agent


def _identify(parent: Tree, what: str, value: str) -> None:
    identifier = parent.add(f"{what}Identifier")
    identifier.add(f"{what}IdentifierType", LOCAL)
    identifier.add(f"{what}IdentifierValue", value)
