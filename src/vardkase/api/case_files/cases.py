"""caseFiles/*: cases and their documents, for an authority's own registry and archive.

Whose cases the caller reads and handles is for the service to say: officers of the hub theirs, officers of an authority
those of requests for its public records.
"""

from __future__ import annotations

from typing import Any

from django.utils.http import content_disposition_header

from vardkase.api.answers import Json, Stream
from vardkase.api.answers import Text as Content
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.fields import File, Flag, Mandatory, Moment, Text
from vardkase.api.inputs import Body, Params
from vardkase.api.paging import Paging
from vardkase.api.request import Call
from vardkase.core.body_limits import BodyLimits
from vardkase.hub.case_files import queries, services
from vardkase.hub.case_files.description import describe
from vardkase.hub.case_files.e_archive.package import archive_package, package_name
from vardkase.hub.case_files.models import CaseDocument, CaseFile, Direction
from vardkase.hub.case_files.one_pdf.printing import print_case

A_PAGE = 100


class CaseFileQuery(Paging, kw_only=True):
    text: Text = ""
    kind: Text = ""
    state: Text = ""


class NewCaseDocument(Body, kw_only=True):
    model = "CaseDocument"

    title: Mandatory[Text] = ""
    counterpart: Mandatory[Text] = ""
    direction: Text = Direction.INCOMING.value
    text: Text = ""
    data: File = b""
    media_type: Text = "application/octet-stream"
    file_name: Text = ""
    occurred_at: Moment | None = None


class NewCaseNote(Body, kw_only=True):
    model = "CaseDocument"

    who: Mandatory[Text] = ""
    text: Mandatory[Text] = ""
    occurred_at: Moment | None = None


class CaseRegistration(Body, kw_only=True):
    model = "CaseFile"

    registry_number: Mandatory[Text] = ""


class CasePrint(Params, kw_only=True):
    language: Text = "sv"
    archived: Flag = False


@endpoint(
    "caseFiles/index",
    allowed_while_suspended=True,
    describes=Description(
        "`text` is in a number, the title or the party; `kind` is membership, public_records, data_subject or spill; "
        "`state` is open or closed."
    ),
)
def index(call: Call, *, params: CaseFileQuery) -> Json:
    """List the cases that the caller reads, newest first, 100 to a page."""
    limit, offset = params.limit_and_offset(A_PAGE)
    rows = queries.case_files(call.actor, text=params.text, kind=params.kind, state=params.state)
    return Json([{"CaseFile": case_row(row)} for row in rows.order_by("-pk")[offset : offset + limit]])


@endpoint(
    "caseFiles/view", allowed_while_suspended=True, describes=Description(url="/caseFiles/view/[number]")
)
def view(call: Call, number: str) -> Json:
    """Return one case with its decisions, and the list of its documents and notes with their checksums."""
    case_file = queries.find_case_file(call.actor, number)
    described = describe(case_file)
    shown = case_row(case_file) | {
        "authority": described.authority_name,
        "parties": list(described.parties),
        "decisions": [
            {"number": each.number, "title": each.title, "at": each.at.isoformat(), "by": each.by}
            for each in described.decisions
        ],
        "documents": [document_row(each) for each in queries.documents_of(case_file)],
        "documents_closed": queries.has_closed_documents(case_file),
    }
    return Json({"CaseFile": shown})


@endpoint(
    "caseFiles/document",
    allowed_while_suspended=True,
    describes=Description(url="/caseFiles/document/[number]/[document_number]"),
)
def document(call: Call, number: str, document_number: str) -> Content:
    """Return a document as the file that it is; a text or note as plain text."""
    wanted = int(document_number) if document_number.isdecimal() and len(document_number) < 9 else 0
    found = queries.find_document(call.actor, number, wanted)
    name = found.file_name or f"{found.case_file.number}-{found.number}.txt"
    return _file(queries.content_of(found), name, found.media_type)


@endpoint(
    "caseFiles/addDocument",
    writes=True,
    allowed_while_suspended=True,
    body=BodyLimits.FILES,
    describes=Description(
        "`direction` is incoming, outgoing or internal; `text` or `data` (a file in Base64, up to 20 MB) is needed; "
        "`occurred_at` is when it arrived or was sent, now if left out.",
        url="/caseFiles/addDocument/[number]",
    ),
)
def add_document(call: Call, number: str, *, body: NewCaseDocument) -> Json:
    """File a document that arrived or was sent on another way than the hub. It cannot be changed."""
    case_file = queries.find_case_file(call.actor, number)
    made = services.add_document(
        call.actor,
        case_file,
        body.direction,
        body.title,
        counterpart=body.counterpart,
        text=body.text,
        content=body.data,
        media_type=body.media_type if body.data else "text/plain",
        file_name=body.file_name,
        occurred_at=body.occurred_at,
    )
    return Json({"CaseDocument": document_row(made)})


@endpoint(
    "caseFiles/addNote",
    writes=True,
    allowed_while_suspended=True,
    describes=Description(url="/caseFiles/addNote/[number]"),
)
def add_note(call: Call, number: str, *, body: NewCaseNote) -> Json:
    """Note what somebody said by phone or in person. It cannot be changed."""
    case_file = queries.find_case_file(call.actor, number)
    made = services.note_call(call.actor, case_file, body.who, body.text, body.occurred_at)
    return Json({"CaseDocument": document_row(made)})


@endpoint(
    "caseFiles/setRegistryNumber",
    writes=True,
    allowed_while_suspended=True,
    describes=Description(
        "The authority’s own case reference number (diarienummer); empty removes it.",
        url="/caseFiles/setRegistryNumber/[number]",
    ),
)
def set_registry_number(call: Call, number: str, *, body: CaseRegistration) -> Json:
    """Store the number of a case in the authority's own registry."""
    case_file = queries.find_case_file(call.actor, number)
    saved = services.set_registry_number(call.actor, case_file, body.registry_number)
    return Json({"CaseFile": case_row(saved)})


@endpoint(
    "caseFiles/close",
    writes=True,
    allowed_while_suspended=True,
    describes=Description(url="/caseFiles/close/[number]"),
)
def close(call: Call, number: str) -> Json:
    """Close a case; nothing is filed in it from then on."""
    case_file = queries.find_case_file(call.actor, number)
    return Json({"CaseFile": case_row(services.close_case_file(call.actor, case_file))})


@endpoint(
    "caseFiles/reopen",
    writes=True,
    allowed_while_suspended=True,
    describes=Description(url="/caseFiles/reopen/[number]"),
)
def reopen(call: Call, number: str) -> Json:
    """Reopen a closed case."""
    case_file = queries.find_case_file(call.actor, number)
    return Json({"CaseFile": case_row(services.reopen_case_file(call.actor, case_file))})


@endpoint(
    "caseFiles/archivePackage",
    writes=True,
    allowed_while_suspended=True,
    describes=Description(
        "FGS Paketstruktur 2.0 (E-ARK CSIP and SIP 2.1.0) with METS, PREMIS and ERMS. The download is recorded.",
        url="/caseFiles/archivePackage/[number]",
    ),
)
def archive(call: Call, number: str) -> Stream:
    """Return a closed case as a package for an e-archive (ZIP)."""
    case_file = queries.find_case_file(call.actor, number)
    content = archive_package(call.actor, case_file)
    return Stream(content, "application/zip", _attached(f"{package_name(case_file)}.zip"))


@endpoint(
    "caseFiles/printed",
    writes=True,
    allowed_while_suspended=True,
    describes=Description(
        "`language` is sv or en. `archived`: as PDF/A-3 that carries each document as a file, instead of showing its "
        "pages. The download is recorded.",
        url="/caseFiles/printed/[number]",
    ),
)
def printed(call: Call, number: str, *, params: CasePrint) -> Content:
    """Return a case as one PDF: cover, list of documents with checksums, and the documents in order."""
    case_file = queries.find_case_file(call.actor, number)
    content = print_case(call.actor, case_file, params.language, archived=params.archived)
    return _file(content, f"{case_file.number}.pdf", "application/pdf")


def case_row(case_file: CaseFile) -> dict[str, Any]:
    return {
        "number": case_file.number,
        "registry_number": case_file.registry_number,
        "kind": case_file.kind,
        "title": case_file.title,
        "party": case_file.party,
        "opened_at": case_file.opened_at.isoformat(),
        "opened_by": case_file.opened_by,
        "closed_at": case_file.closed_at and case_file.closed_at.isoformat(),
        "closed_by": case_file.closed_by,
    }


def document_row(document: CaseDocument) -> dict[str, Any]:
    return {
        "number": document.number,
        "direction": document.direction,
        "title": document.title,
        "counterpart": document.counterpart,
        "occurred_at": document.occurred_at.isoformat(),
        "filed_at": document.at.isoformat(),
        "filed_by": document.by,
        "media_type": document.media_type,
        "file_name": document.file_name,
        "letter": document.letter.number if document.letter else None,
        "sha256": document.sha256,
    }


def _file(content: bytes, name: str, media_type: str) -> Content:
    return Content(content, media_type, headers=_attached(name))


def _attached(name: str) -> dict[str, str]:
    # A browser must not run what somebody has sent in.
    disposition = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    return {"Content-Disposition": disposition, "X-Content-Type-Options": "nosniff"}
