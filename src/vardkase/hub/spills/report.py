"""The report on a spill as PDF: what happened, who had it, what was done, what was searched. Nothing of the content."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext, override, pgettext

from vardkase.audit.actions import find_action
from vardkase.core.mail.facts import moment
from vardkase.core.typeset import pdf, records
from vardkase.hub.correspondence.letters.wording import owner_name
from vardkase.hub.lifecycle.services import history_of
from vardkase.hub.signatures.signing import signed
from vardkase.hub.spills.models import Spill
from vardkase.hub.spills.queries import holders_of
from vardkase.hub.spills.rules import SPILL
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest, RequestState

TEMPLATE = Path(__file__).parent / "report.typ"
MOST_HOLDERS = 2_000
LANGUAGES = ("sv", "en")
STEP_OF = {"delete_spill": "delete", "release_spill": "release"}
"""What two people decide → the step that it takes."""


def report(spill: Spill, language: str) -> bytes:
    language = language if language in LANGUAGES else "sv"
    with override(language):
        return signed(pdf(TEMPLATE, _data(spill), language=language, pool=records))


def _data(spill: Spill) -> dict[str, Any]:
    return {
        "title": gettext("Report on spill %(number)s") % {"number": spill.number},
        "sender": owner_name(),
        "meta": [[gettext("Number"), spill.number], [gettext("Printed"), _time(datetime.now(UTC))]],
        "facts": [[label, value] for label, value in _facts(spill) if value],
        "sections": [_history(spill), _holders(spill), *_proof(spill)],
    }


def _facts(spill: Spill) -> list[tuple[str, str]]:
    published = [
        f"{_time(datetime.fromtimestamp(each['at'], UTC))}, {each['by']}" for each in spill.published
    ]
    return [
        (gettext("Status"), spill.get_state_display()),
        (gettext("Event"), f"{spill.event_id}, {spill.event_uuid}"),
        (gettext("Owner here"), spill.organisation.name),
        (gettext("Created by"), spill.creator),
        (gettext("Published"), "; ".join(published[:20])),
        (gettext("How it was found"), spill.get_origin_display()),
        (gettext("Suspected"), spill.get_kind_display()),
        (gettext("In quarantine since"), _time(spill.declared_at)),
        (gettext("Declared by"), spill.declared_by_name),
        (gettext("Reason"), spill.reason),
        (gettext("Reported to the Security Service"), _time(spill.reported_at)),
        (gettext("Reference of the report"), spill.report_reference),
        (gettext("Not reported because"), spill.not_reported_because),
        (gettext("Legal ground for deletion"), spill.ground),
        (gettext("Decided"), _time(spill.ended_at)),
        (
            gettext("Remains in backups until"),
            date_format(spill.backups_until, "DATE_FORMAT") if spill.backups_until else "",
        ),
    ]


def _history(spill: Spill) -> dict[str, Any]:
    rows = []
    decided = ApprovalRequest.objects.filter(
        action__in=STEP_OF, subject=str(spill.pk), state=RequestState.APPROVED
    )
    proposers = {STEP_OF[each.action]: each.proposed_by_name for each in decided}
    for entry in history_of(SPILL, spill.pk)[:MOST_HOLDERS]:
        step = SPILL.steps.get(entry.step)
        action = step.act if step else find_action(f"{SPILL.kind}.{entry.step}")
        who = proposers.get(entry.step)
        # Two people decide; the history has the one who approved.
        name = (
            gettext("Proposed by %(first)s, approved by %(second)s")
            % {"first": who, "second": entry.actor_name}
            if who
            else entry.actor_name
        )
        rows.append([_time(entry.at), str(action.text) if action else entry.step, name])
    return _table(gettext("What was done"), [gettext("When"), gettext("What"), gettext("Who")], rows)


def _holders(spill: Spill) -> dict[str, Any]:
    head = [gettext("Who"), gettext("How"), gettext("First"), pgettext("noun", "Answer")]
    rows = [
        [each.name, each.get_kind_display(), _time(each.first_at), each.answer_in_words]
        for each in holders_of(spill)[:MOST_HOLDERS]
    ]
    return _table(gettext("Who read or received it"), head, rows)


def _proof(spill: Spill) -> list[dict[str, Any]]:
    if not spill.proof:
        return []
    proof = spill.proof
    rows = [
        [gettext("Searched"), _time(spill.proved_at)],
        [gettext("Tables searched"), str(proof["tables"])],
        [gettext("Rows searched"), str(proof["rows"])],
        [gettext("Texts of the event searched for"), str(proof["texts"])],
        [gettext("UUIDs of the event and its parts searched for"), str(proof["uuids"])],
        [gettext("Rows with content found"), str(sum(each["count"] for each in proof["found"]))],
        [gettext("Files left"), str(proof["files_left"])],
        [gettext("Compressed or encrypted columns, which cannot be searched"), str(proof["packed"])],
        [
            gettext("SHA-256 of all that was searched for"),
            f"{proof['digest'][:32]} {proof['digest'][32:]}",  # It would not fit on one line.
        ],
    ]
    tables = [
        (gettext("Tables with content left"), proof["found"]),
        (
            gettext("Tables that still name the event or its parts by UUID, without content"),
            proof["references"],
        ),
    ]
    head = [gettext("Table"), gettext("Rows")]
    return [
        _table(
            gettext("Search for remaining traces"),
            [pgettext("spill", "Detail"), pgettext("spill", "Result")],
            rows,
        ),
        *(
            _table(heading, head, [[each["table"], str(each["count"])] for each in found])
            for heading, found in tables
        ),
    ]


def _table(heading: str, head: list[str], rows: list[list[str]]) -> dict[str, Any]:
    return {"heading": heading, "head": head, "rows": rows, "nothing": gettext("None.")}


def _time(when: datetime | None) -> str:
    return moment(when) if when else ""
