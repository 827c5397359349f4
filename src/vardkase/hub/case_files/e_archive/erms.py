"""The case and its documents in E-ARK ERMS 2.1 (CITS ERMS, FGS Ärendehantering 2.0)."""

from __future__ import annotations

import uuid

from vardkase.hub.case_files.e_archive.contents import ArchivePackage, PackedDocument
from vardkase.hub.case_files.e_archive.xml import ERMS, Tree, moment, root
from vardkase.hub.case_files.models import Direction

SCHEMA = f"{ERMS} ../../schemas/erms.xsd"
DATES = {Direction.INCOMING: "received", Direction.OUTGOING: "sent", Direction.INTERNAL: "created"}
COUNTERPARTS = {
    Direction.INCOMING: "sender",
    Direction.OUTGOING: "recipient",
    Direction.INTERNAL: "counterpart",
}


def description(package: ArchivePackage) -> bytes:
    made = root(ERMS, "erms", SCHEMA)
    _control(made.add("control"), package)
    _case(made.add("aggregations"), package)
    return made.document()


def _control(control: Tree, package: ArchivePackage) -> None:
    control.add("identification", package.name, {"identificationType": "package"})
    maintenance = control.add("maintenanceInformation")
    maintenance.add("maintenanceStatus", "", {"value": "new"})
    maintenance.add("maintenanceAgency").add("agencyName", package.description.authority_name)
    event = maintenance.add("maintenanceHistory").add("maintenanceEvent")
    event.add("eventType", "", {"value": "created"})
    event.add("eventDateTime", moment(package.made_at))
    _agent(event, "creator", package.made_by)


def _case(aggregations: Tree, package: ArchivePackage) -> None:
    case_file, described = package.case_file, package.description
    case = aggregations.add(
        "aggregation", "", {"systemIdentifier": _uuid(package, ""), "aggregationType": "caseFile"}
    )
    case.add("objectId", case_file.number)
    if case_file.registry_number:
        case.add("extraId", case_file.registry_number, {"extraIdType": "diarienummer"})
    case.add("title", case_file.title)
    case.add("subject", case_file.get_kind_display())
    case.add("status", "", {"value": "closed"})
    agents = case.add("agents")
    if described.authority_name:
        _agent(agents, "owner", described.authority_name)
    for party in described.parties:
        _agent(agents, "counterpart", party)
    _agent(agents, "opening_person", case_file.opened_by)
    if case_file.closed_by:
        _agent(agents, "other", case_file.closed_by, other="closing_person")
    dates = case.add("dates")
    dates.add("date", moment(case_file.opened_at), {"dateType": "opened"})
    if case_file.closed_at:
        dates.add("date", moment(case_file.closed_at), {"dateType": "closed"})
    for decision in described.decisions:
        action = case.add("action")
        action.add("actionText", f"{decision.number} {decision.title}".strip())
        action.add("actionType", "decision")
        action.add("dates").add("actionDate", moment(decision.at), {"dateType": "decision_date"})
        if decision.by:
            _agent(action.add("agents"), "authorising_person", decision.by)
    for packed in package.documents:
        _record(case, package, packed)


def _record(case: Tree, package: ArchivePackage, packed: PackedDocument) -> None:
    document, file = packed.document, packed.file
    direction = Direction(document.direction)
    record = case.add("record", "", {"systemIdentifier": _uuid(package, str(document.number))})
    record.add("objectId", f"{package.case_file.number}:{document.number}")
    if document.letter:
        record.add("extraId", document.letter.number, {"extraIdType": "letter"})
    record.add("title", document.title)
    record.add("runningNumber", str(document.number))
    if direction is Direction.INTERNAL:
        given = {"directionDefinition": "other", "otherDirectionDefinition": "internal"}
    else:
        given = {"directionDefinition": direction.value}
    record.add("direction", "", given)
    agents = record.add("agents")
    if document.counterpart:
        _agent(agents, COUNTERPARTS[direction], document.counterpart)
    _agent(agents, "creator" if direction is not Direction.INCOMING else "receiver", document.by)
    dates = record.add("dates")
    dates.add("date", moment(document.occurred_at), {"dateType": DATES[direction]})
    dates.add("date", moment(document.at), {"dateType": "captured"})
    appendix = {
        "name": document.file_name or document.title,
        "fileFormat": file.media_type,
        "path": file.path,
    }
    record.add("additionalInformation").add("appendix", "", appendix)


def _agent(parent: Tree, kind: str, name: str, *, other: str = "") -> None:
    given = {"agentType": kind} | ({"otherAgentType": other} if other else {})
    parent.add("agent", "", given).add("name", name)


def _uuid(package: ArchivePackage, part: str) -> str:
    authority = package.description.authority
    space = authority.uuid if authority else uuid.NAMESPACE_URL
    return str(uuid.uuid5(space, f"{package.case_file.number}/{part}"))
