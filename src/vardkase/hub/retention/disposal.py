"""Disposal of a closed case: number, dates and hashes stay, and a mark of when and by which rule the rest went."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from django.db.models.functions import Coalesce, Now

from vardkase.audit.chain.guard import prove_hub
from vardkase.audit.redaction import redaction
from vardkase.audit.services import Target, record
from vardkase.core.sql import cursor
from vardkase.hub.case_files.appeals.models import Appeal
from vardkase.hub.case_files.models import CaseDocument, CaseFile, CaseKind, SignatureCheck
from vardkase.hub.data_protection.requests.forgetting import forget_contents
from vardkase.hub.data_protection.requests.models import ConcernedItem, DataSubjectRequest
from vardkase.hub.membership.applications import cases as applications
from vardkase.hub.membership.applications.models import Application
from vardkase.hub.membership.members import cases as members
from vardkase.hub.public_records.cases.disposal import dispose_of as dispose_of_records_case
from vardkase.hub.retention.audit_actions import RetentionAction
from vardkase.hub.retention.membership_cases import (
    KEPT_PARAMETERS,
    OF_APPLICATIONS,
    OF_MEMBERSHIPS,
    Actions,
    empty_application,
    empty_membership,
)
from vardkase.hub.retention.models import RetentionPlanRule
from vardkase.hub.retention.versions import mark_of
from vardkase.hub.spills.models import Spill, SpillHolder
from vardkase.identity.access.actor import Actor

BEFORE_OPENING = timedelta(minutes=5)
"""What a case was opened for is written a moment before."""


def dispose_of_case(actor: Actor, case_id: int, rule: RetentionPlanRule, run: str) -> str:
    """Returns the SHA-256 of the list of the documents' numbers and hashes; empty if the case is open or gone.

    Documents and letters stay as entries: number, direction, dates and the SHA-256 of what they were.
    """
    case = CaseFile.objects.select_for_update().filter(pk=case_id, closed_at__isnull=False).first()
    if case is None:
        return ""
    mark = mark_of(rule)
    digest = _digest(case)
    executor = cursor()
    executor.execute("SELECT set_config('vardkase.disposal', 'on', true)")
    documents = list(
        CaseDocument.every.filter(case_file=case).order_by("number").values_list("pk", "letter_id")
    )
    for document_id, letter_id in documents:  # One by one: each may be large.
        executor.execute(EMPTY_DOCUMENT, {"id": document_id, "mark": mark})
        if letter_id:
            for statement in EMPTY_LETTER:
                executor.execute(statement, {"id": letter_id, "mark": mark})
    executor.execute("SELECT set_config('vardkase.disposal', '', true)")
    _empty_texts(case, mark)
    target = Target("case_file", case.pk, title=case.number)
    change = {"run": run, "rules": [rule.reference], "documents": len(documents), "sha256": digest}
    record(actor, RetentionAction.CASE_DISPOSED, target, change)
    return digest


def _digest(case: CaseFile) -> str:
    rows = CaseDocument.every.filter(case_file=case).order_by("number").values_list("number", "sha256")
    return hashlib.sha256("\n".join(f"{number}:{sha256}" for number, sha256 in rows).encode()).hexdigest()


def _approvals_of(case: CaseFile) -> dict[str, Any]:
    """Which requests for approval the case is about."""
    actions: Actions = ()
    subject = str(case.thing_id)
    if case.thing_kind == applications.THING:
        rows = Application.objects.filter(pk=case.thing_id)
        actions, subject = OF_APPLICATIONS, rows.values_list("number", flat=True).first() or ""
    elif case.thing_kind == members.THING:
        actions = OF_MEMBERSHIPS
    return {"actions": [each.name for each in actions], "subject": subject}


def _empty_texts(case: CaseFile, mark: str) -> None:
    documents = CaseDocument.every.filter(case_file=case)
    SignatureCheck.objects.filter(document__in=documents).delete()
    appeals = Appeal.objects.filter(case_file=case)
    values = {
        "id": case.pk,
        "number": case.number,
        "kind": case.thing_kind,
        "thing": case.thing_id,
        "opened": case.opened_at - BEFORE_OPENING,
        "closed": case.closed_at,
        "appeals": list(appeals.values_list("pk", flat=True)),
        "letters": list(documents.exclude(letter=None).values_list("letter_id", flat=True)),
        "mark": mark,
        "kept": list(KEPT_PARAMETERS),
        **_approvals_of(case),
    }
    appeals.update(
        appellant="",
        claim="",
        reviewed="",
        deemed_why="",
        exception_note="",
        outcome_note="",
        registered_by="",
    )
    prove_hub()
    for statement in EMPTY_TRACES:
        cursor().execute(statement, values)
    if case.thing_kind == applications.THING:
        empty_application(case.thing_id, mark)
    elif case.thing_kind == members.THING and case.closed_at:
        empty_membership(case.thing_id, mark, case.opened_at - BEFORE_OPENING, case.closed_at)
    match case.kind:
        case CaseKind.PUBLIC_RECORDS:
            dispose_of_records_case(case.thing_id, mark)
        case CaseKind.DATA_SUBJECT:
            items = ConcernedItem.objects.filter(controller__request=case.thing_id)
            forget_contents(items)
            items.update(terms=[])
            DataSubjectRequest.objects.filter(pk=case.thing_id).update(
                person="",
                extended_because="",
                identity_because="",
                address=None,
                sender_mark=0,
                forgotten_at=Coalesce("forgotten_at", Now()),
            )
        case CaseKind.SPILL:
            Spill.objects.filter(pk=case.thing_id).update(reason=mark, declared_by_name="")
            SpillHolder.objects.filter(spill=case.thing_id).update(note="", answered_by="")
    if case.kind != CaseKind.PUBLIC_RECORDS:  # Whose it is says who reads it.
        case.organisation = None
    case.title, case.party, case.opened_by, case.closed_by = mark, "", "", ""
    case.save(update_fields=["title", "party", "organisation", "opened_by", "closed_by"])


# Documents and letters are never changed: they are deleted, and entered again under their numbers.
EMPTY_DOCUMENT = """
WITH gone AS (DELETE FROM case_document WHERE id = %(id)s RETURNING *)
INSERT INTO case_document SELECT (jsonb_populate_record(NULL::case_document,
    to_jsonb(gone) - 'content' || jsonb_build_object('title', %(mark)s::text, 'text', '', 'content', '',
        'counterpart', '', 'file_name', '', 'by', '', 'media_type', 'text/plain'))).* FROM gone
"""
EMPTY_LETTER = (
    """
    WITH gone AS (DELETE FROM letter WHERE id = %(id)s RETURNING *)
    INSERT INTO letter SELECT (jsonb_populate_record(NULL::letter,
        to_jsonb(gone) - 'content' - 'contents' || jsonb_build_object('title', %(mark)s::text, 'signed_by', '',
            'content', ''))).* FROM gone
    """,
    "UPDATE letter_receipt SET person = '', note = '', noted_by = '' WHERE letter_id = %(id)s",
    "UPDATE letter_delivery SET note = '', noted_by = '' WHERE letter_id = %(id)s",
)
# Of the thing's other cases nothing goes; what led to this one was written before it was opened.
IN_TIME = """{at} <= %(closed)s AND ({at} >= %(opened)s OR NOT EXISTS (
        SELECT 1 FROM case_file o WHERE o.thing_kind = %(kind)s AND o.thing_id = %(thing)s AND o.id <> %(id)s))"""
APPROVALS = f"""state <> 'waiting' AND action = ANY(%(actions)s::text[]) AND subject = %(subject)s::text
        AND {IN_TIME.format(at="proposed_at")}"""
JUDGMENTS = """state <> 'waiting' AND action = 'carry_out_judgment'
        AND (parameters ->> 'appeal')::bigint = ANY(%(appeals)s::bigint[])"""
EMPTY_TRACES = (
    f"""
    UPDATE history_entry SET note = '' WHERE kind = %(kind)s AND thing_id = %(thing)s AND {IN_TIME.format(at="at")}
    """,
    "UPDATE history_entry SET note = '' WHERE kind = 'appeal' AND thing_id = ANY(%(appeals)s::bigint[])",
    f"""
    UPDATE sent_mail SET subject = '', text = '', thing_title = '', recipient = '' WHERE thing_kind = %(kind)s
        AND thing_id = %(thing)s AND {IN_TIME.format(at="at")}
    """,
    # Who did what, and when, stays.
    redaction(
        """
        target_kind = 'case_file' AND target_id = %(id)s
        OR target_kind = 'letter' AND target_id = ANY(%(letters)s::bigint[])
        OR target_kind = 'appeal' AND target_id = ANY(%(appeals)s::bigint[])
        """,
        title="%(number)s::text",
        removed="%(mark)s::text",
    ),
    redaction(
        f"target_kind = %(kind)s AND target_id = %(thing)s AND {IN_TIME.format(at='created')}",
        fields=("note", "reason", "person"),
    ),
    "UPDATE membership_restriction SET reason = %(mark)s WHERE letter_id = ANY(%(letters)s::bigint[])",
    redaction(
        f"target_kind = 'approval_request' AND target_id IN (SELECT id FROM approval_request WHERE {APPROVALS})",
        fields=("reason", "answer", "parameters"),
    ),
    f"""
    UPDATE approval_request SET reason = '', answer = '',
        title = CASE WHEN subject = %(thing)s::text THEN title ELSE subject END,
        subject_state = jsonb_build_object(),
        parameters = (SELECT coalesce(jsonb_object_agg(key, value), jsonb_build_object())
            FROM jsonb_each(parameters) WHERE key = ANY(%(kept)s::text[]))
    WHERE {APPROVALS}
    """,
    # Its parameters, the appeal and the day, are needed to show it.
    redaction(
        f"target_kind = 'approval_request' AND target_id IN (SELECT id FROM approval_request WHERE {JUDGMENTS})",
        fields=("reason", "answer"),
    ),
    f"UPDATE approval_request SET reason = '', answer = '' WHERE {JUDGMENTS}",
)
