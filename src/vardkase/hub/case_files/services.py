"""Services for case files. `open_case_file` and `file_document` are for packages that have checked who acts."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext, override

from vardkase.audit.services import AuditActor, Target, record
from vardkase.core.clock import today
from vardkase.core.errors import Conflict, Invalid
from vardkase.core.file_names import safe_name
from vardkase.core.problems import CommonProblem, Problem
from vardkase.core.sql import cursor
from vardkase.hub.audit_actions import CaseAction
from vardkase.hub.case_files.access import require_handler
from vardkase.hub.case_files.models import CaseDocument, CaseFile, CaseKind, Direction, SignatureCheck
from vardkase.hub.case_files.problems import CaseFileProblem
from vardkase.hub.case_files.signature_checks import keep_check, report_on
from vardkase.hub.correspondence.models import Letter
from vardkase.hub.law.disposal_marks import is_disposed
from vardkase.hub.problems import HubProblem
from vardkase.hub.signatures.audit_actions import SignatureAction
from vardkase.hub.signatures.problems import SignatureProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.organisations.models import Organisation

EARLIEST = datetime(1800, 1, 2, tzinfo=UTC)
PREFIXES = {
    CaseKind.MEMBERSHIP: "M",
    CaseKind.PUBLIC_RECORDS: "U",
    CaseKind.DATA_SUBJECT: "P",
    CaseKind.SPILL: "S",
}
"""What the number of a case begins with: medlemskap, utlämnande, personuppgifter, spill."""
LONGEST_TITLE = 255
LONGEST_NAME = 200
LONGEST_TEXT = 100_000
LONGEST_REGISTRY_NUMBER = 64
MOST_BYTES = 20 * 1024 * 1024
MOST_DOCUMENTS = 5000
MEDIA_TYPE = re.compile(r"[a-z0-9.+-]{1,50}/[a-z0-9.+-]{1,49}")
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"


@transaction.atomic
def open_case_file(
    actor: AuditActor,
    kind: CaseKind,
    title: str,
    thing_kind: str,
    thing_id: int,
    organisation: Organisation | None = None,
    *,
    number: str = "",
    registry_number: str = "",
    party: str = "",
) -> CaseFile:
    """Open a case about a thing; `number` is given for a thing that has its own, `party` for one that is no
    organisation of the hub yet. Raises Conflict if one is open."""
    cursor().execute(LOCK, (f"case files {kind}",))
    if other := CaseFile.objects.filter(thing_kind=thing_kind, thing_id=thing_id, closed_at=None).first():
        raise Conflict(CaseFileProblem.ALREADY_OPEN(number=other.number))
    opened = CaseFile.objects.create(
        number=number or _next_number(kind),
        kind=kind,
        registry_number=registry_number,
        title=title[:LONGEST_TITLE],
        organisation=organisation,
        party=(organisation.name if organisation else party)[:LONGEST_TITLE],
        thing_kind=thing_kind,
        thing_id=thing_id,
        opened_by=actor.name[:255],
    )
    record(actor, CaseAction.CASE_FILE_OPENED, target_of(opened), {"kind": kind})
    return opened


@transaction.atomic
def file_document(
    actor: AuditActor,
    case_file: CaseFile,
    direction: Direction,
    title: str,
    text: str = "",
    content: bytes = b"",
    media_type: str = "text/plain",
    letter: Letter | None = None,
    *,
    counterpart: str = "",
    occurred_at: datetime | None = None,
    file_name: str = "",
) -> CaseDocument:
    """File a document; it can never be changed. The bytes of a letter stay the letter's.

    Raises Conflict if the case is closed or full.
    """
    # Before the lock: it may take a few seconds.
    report = None if letter else report_on(direction, content)
    locked = CaseFile.objects.select_for_update(no_key=True).get(pk=case_file.pk)
    if not locked.is_open:
        raise Conflict(CaseFileProblem.CLOSED())
    count = CaseDocument.every.filter(case_file=locked).count()
    if count >= MOST_DOCUMENTS:
        raise Conflict(CaseFileProblem.TOO_MANY_DOCUMENTS(most=MOST_DOCUMENTS))
    made = CaseDocument.objects.create(
        case_file=locked,
        number=count + 1,
        direction=direction,
        title=title[:LONGEST_TITLE],
        counterpart=counterpart[:320],
        text=text,
        content=b"" if letter else content,
        media_type="application/pdf" if letter else _media_type(media_type),
        file_name=safe_name(file_name),
        sha256=letter.sha256 if letter else hashlib.sha256(content or text.encode()).hexdigest(),
        letter=letter,
        occurred_at=occurred_at or timezone.now(),
        by=actor.name[:255],
    )
    if report:
        keep_check(made, report)
    # Not its title, which may name people: the audit log has other readers.
    change = {"document": made.number, "sha256": made.sha256}
    record(actor, CaseAction.CASE_DOCUMENT_FILED, target_of(locked), change)
    return made


@transaction.atomic
def add_document(
    actor: Actor,
    case_file: CaseFile,
    direction: str,
    title: str,
    *,
    counterpart: str,
    text: str = "",
    content: bytes = b"",
    media_type: str = "text/plain",
    file_name: str = "",
    occurred_at: datetime | None = None,
) -> CaseDocument:
    """File what reached the authority or left it on another way than the hub.

    Raises NotFound, Forbidden, Conflict if the case is closed, Invalid by field.
    """
    require_handler(actor, case_file)
    if direction not in Direction.values:
        raise Invalid({"direction": [CommonProblem.NO_SUCH_CHOICE(choices=Direction.values)]})
    return _file_checked(
        actor,
        case_file,
        Direction(direction),
        title,
        counterpart=counterpart,
        text=text,
        content=content,
        media_type=media_type,
        file_name=file_name,
        occurred_at=occurred_at,
    )


def file_received(actor: AuditActor, case_file: CaseFile, title: str, **given: Any) -> CaseDocument:
    """File what a party sent in; the caller has checked who sends. `given` and errors as `add_document`."""
    return _file_checked(actor, case_file, Direction.INCOMING, title, **given)


def _file_checked(
    actor: AuditActor,
    case_file: CaseFile,
    direction: Direction,
    title: str,
    *,
    counterpart: str,
    text: str,
    content: bytes,
    media_type: str,
    file_name: str,
    occurred_at: datetime | None,
) -> CaseDocument:
    errors: dict[str, list[Problem]] = {}
    title, counterpart, text = _line(title), _line(counterpart), text.replace("\r\n", "\n").strip()
    _check(errors, title=title, counterpart=counterpart)
    if not text and not content:
        errors["text"] = [CaseFileProblem.EMPTY()]
    elif len(text) > LONGEST_TEXT or "\0" in text:
        errors["text"] = [HubProblem.TEXT_LENGTH(count=LONGEST_TEXT)]
    if len(content) > MOST_BYTES:
        errors["file"] = [CaseFileProblem.FILE_TOO_LARGE(most=MOST_BYTES // (1024 * 1024))]
    if occurred_at and occurred_at > timezone.now():
        errors["occurred_at"] = [CaseFileProblem.IN_THE_FUTURE()]
    elif occurred_at and occurred_at < EARLIEST:
        errors["occurred_at"] = [CaseFileProblem.TOO_LONG_AGO(year=EARLIEST.year)]
    if errors:
        raise Invalid(errors)
    return file_document(
        actor,
        case_file,
        direction,
        title,
        text,
        content,
        media_type,
        counterpart=counterpart,
        occurred_at=occurred_at,
        file_name=_line(file_name),
    )


def note_call(
    actor: Actor, case_file: CaseFile, who: str, text: str, occurred_at: datetime | None = None
) -> CaseDocument:
    """Note what somebody said by phone or in person: when and by whom it was noted goes with it (27 § FL).

    Raises NotFound, Forbidden, Conflict if the case is closed, Invalid by field.
    """
    # In the language of the authority, whoever notes it.
    with override("sv"):
        title = gettext("Note of a conversation with %(who)s") % {"who": _line(who)}
    if not 0 < len(_line(who)) <= LONGEST_NAME or "\0" in who:
        require_handler(actor, case_file)
        raise Invalid({"who": [HubProblem.TEXT_LENGTH(count=LONGEST_NAME)]})
    return add_document(
        actor, case_file, Direction.INTERNAL, title, counterpart=who, text=text, occurred_at=occurred_at
    )


@transaction.atomic
def check_signatures_again(actor: Actor, document: CaseDocument) -> SignatureCheck:
    """Check the electronic signatures of a document anew, such as after other issuers are trusted.

    Raises NotFound, Forbidden, and Invalid for what is no incoming PDF.
    """
    require_handler(actor, document.case_file)
    report = report_on(document.direction, bytes(document.content))
    if report is None:
        raise Invalid(SignatureProblem.NOT_A_PDF())
    kept = keep_check(document, report)
    change = {"document": document.number, "verdict": kept.verdict}
    record(actor, SignatureAction.SIGNATURES_CHECKED, target_of(document.case_file), change)
    return kept


@transaction.atomic
def set_registry_number(actor: Actor, case_file: CaseFile, number: str) -> CaseFile:
    """Store the number of the case in the authority's own registry. Raises NotFound, Forbidden, Invalid."""
    require_handler(actor, case_file)
    number = _line(number)
    if len(number) > LONGEST_REGISTRY_NUMBER or "\0" in number:
        raise Invalid({"registry_number": [HubProblem.TEXT_LENGTH(count=LONGEST_REGISTRY_NUMBER)]})
    if number != case_file.registry_number:
        change = {"registry_number": [case_file.registry_number, number]}
        case_file.registry_number = number
        case_file.save(update_fields=["registry_number"])
        record(actor, CaseAction.CASE_FILE_REGISTERED_AS, target_of(case_file), change)
    return case_file


@transaction.atomic
def close_case_file(actor: Actor, case_file: CaseFile) -> CaseFile:
    """Close a case; nothing is filed in it from then on. Raises NotFound, Forbidden, Conflict."""
    require_handler(actor, case_file)
    locked = CaseFile.objects.select_for_update().get(pk=case_file.pk)
    if not locked.is_open:
        raise Conflict(CaseFileProblem.CLOSED())
    locked.closed_at, locked.closed_by = timezone.now(), actor.name[:255]
    locked.save(update_fields=["closed_at", "closed_by"])
    record(actor, CaseAction.CASE_FILE_CLOSED, target_of(locked))
    return locked


@transaction.atomic
def reopen_case_file(actor: Actor, case_file: CaseFile) -> CaseFile:
    """Raises NotFound, Forbidden, and Conflict if it is open or another case about the same thing is."""
    require_handler(actor, case_file)
    locked = CaseFile.objects.select_for_update().get(pk=case_file.pk)
    if locked.is_open:
        raise Conflict(CaseFileProblem.NOT_CLOSED())
    if is_disposed(locked.title):
        raise Conflict(CaseFileProblem.DISPOSED())
    others = CaseFile.objects.filter(thing_kind=locked.thing_kind, thing_id=locked.thing_id, closed_at=None)
    if other := others.first():
        raise Conflict(CaseFileProblem.ALREADY_OPEN(number=other.number))
    locked.closed_at, locked.closed_by = None, ""
    locked.save(update_fields=["closed_at", "closed_by"])
    record(actor, CaseAction.CASE_FILE_REOPENED, target_of(locked))
    return locked


def target_of(case_file: CaseFile) -> Target:
    # The number alone: a title may tell of content, and the audit log has other readers.
    return Target("case_file", case_file.pk, title=case_file.number)


def _media_type(given: str) -> str:
    """As the sender says, if it can stand in a header of HTTP."""
    return given if MEDIA_TYPE.fullmatch(given) else "application/octet-stream"


def _next_number(kind: CaseKind) -> str:
    """The caller holds the lock on the numbers of this kind."""
    start = f"{PREFIXES[kind]}-{today().year}-"
    last = (
        CaseFile.objects.filter(number__startswith=start).order_by("-number").values_list("number", flat=True)
    )
    return f"{start}{int((last.first() or '0').rpartition('-')[2]) + 1:05d}"


def _line(text: str) -> str:
    return " ".join(text.split())


def _check(errors: dict[str, list[Problem]], **lines: str) -> None:
    for name, line in lines.items():
        if not line or len(line) > LONGEST_TITLE or "\0" in line:
            errors[name] = [HubProblem.TEXT_LENGTH(count=LONGEST_TITLE)]
