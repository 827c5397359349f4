"""What stops the end of a retention period: something about the event or case is still being handled.

SQL for the alias `e` of an event or `c` of a case file, which gives an `Exemption`.
"""

from __future__ import annotations

from vardkase.core.sql import cursor
from vardkase.hub.case_files.appeals.models import AppealState
from vardkase.hub.data_protection.requests.models import DataRequestState, FoundItemKind, ItemOutcome
from vardkase.hub.membership.applications import cases as applications
from vardkase.hub.membership.conditions.models import ConditionState
from vardkase.hub.membership.members import cases as members
from vardkase.hub.membership.members.models import MembershipState
from vardkase.hub.public_records.cases.models import CaseState
from vardkase.hub.retention.models import Exemption
from vardkase.hub.spills.queries import UNFINISHED

OPEN_APPEALS = (
    AppealState.REGISTERED,
    AppealState.IN_TIME,
    AppealState.CHANGED,
    AppealState.FORWARDED,
    AppealState.DECIDED,
)
PARAMETERS = {
    "spill_states": [state.value for state in UNFINISHED],
    "records_closed": CaseState.CLOSED.value,
    "records_appealed": CaseState.APPEALED.value,
    "requests_ended": [DataRequestState.ANSWERED.value, DataRequestState.WITHDRAWN.value],
    "restricted": ItemOutcome.RESTRICTED.value,
    "open_appeals": [state.value for state in OPEN_APPEALS],
    "application": applications.THING,
    "membership": members.THING,
    "terminated": MembershipState.TERMINATED.value,
    "conditions_in_force": [ConditionState.OPEN.value, ConditionState.ANSWERED.value],
}
EXEMPTION_OF_EVENT = f"""
CASE
WHEN e.quarantined OR EXISTS (
    SELECT 1 FROM spill s WHERE s.event_uuid = e.uuid AND s.state = ANY(%(spill_states)s::text[])
) THEN '{Exemption.SPILL.value}'
WHEN EXISTS (
    SELECT 1 FROM data_request_item d JOIN data_request_answer a ON a.item_id = d.id
    WHERE d.event_id = e.id AND a.outcome = %(restricted)s
) THEN '{Exemption.RESTRICTION.value}'
WHEN EXISTS (
    SELECT 1 FROM data_request_item d JOIN data_request_controller o ON o.id = d.controller_id
    JOIN data_subject_request q ON q.id = o.request_id
    WHERE d.event_id = e.id AND NOT q.state = ANY(%(requests_ended)s::text[])
) THEN '{Exemption.DATA_REQUEST.value}'
ELSE coalesce((
    SELECT CASE WHEN bool_or(r.state = %(records_appealed)s) THEN '{Exemption.APPEAL.value}'
        ELSE '{Exemption.RECORDS_CASE.value}' END
    FROM records_item i JOIN records_case r ON r.id = i.case_id
    WHERE i.event_uuid = e.uuid AND r.state <> %(records_closed)s HAVING count(*) > 0
), '') END
"""
FOUND_IN_CASES = """
SELECT d.case_file_id FROM data_request_item i
JOIN data_request_controller o ON o.id = i.controller_id JOIN data_subject_request q ON q.id = o.request_id
JOIN case_document d ON d.{part} = i.part_id
WHERE i.kind = ANY(ARRAY[{kinds}]) AND {held}
"""
HELD_IN_CASES = " UNION ALL ".join(
    FOUND_IN_CASES.replace("{part}", part).replace("{kinds}", ", ".join(f"'{kind.value}'" for kind in kinds))
    for part, kinds in (
        ("id", (FoundItemKind.CASE_DOCUMENT, FoundItemKind.CASE_FILE_DOCUMENT)),
        ("letter_id", (FoundItemKind.LETTER,)),
    )
)
RESTRICTED = HELD_IN_CASES.replace(
    "{held}",
    "EXISTS (SELECT 1 FROM data_request_answer a WHERE a.item_id = i.id AND a.outcome = %(restricted)s)",
)
ASKED_FOR = HELD_IN_CASES.replace("{held}", "NOT q.state = ANY(%(requests_ended)s::text[])")
# Rows from before their letter was kept count by the days of the case.
DECIDED_IN_CASE = """(x.letter_id IN (SELECT d.letter_id FROM case_document d WHERE d.case_file_id = c.id)
    OR x.letter_id IS NULL AND x.{at} BETWEEN c.opened_at AND c.closed_at)"""
# The approval of a membership that goes on is the ground for what it reserved (37 §), and for its conditions.
IN_FORCE = f"""
    c.thing_kind = %(application)s AND EXISTS (
        SELECT 1 FROM membership m WHERE m.application_id = c.thing_id AND m.state <> %(terminated)s)
    OR c.thing_kind = %(membership)s AND EXISTS (
        SELECT 1 FROM membership m WHERE m.id = c.thing_id AND m.state <> %(terminated)s AND (
            EXISTS (
                SELECT 1 FROM membership_restriction x WHERE x.membership_id = m.id
                    AND x.lifted IS NULL AND (x.until IS NULL OR x.until > now())
                    AND {DECIDED_IN_CASE.format(at="since")}
            ) OR EXISTS (
                SELECT 1 FROM member_condition x WHERE x.membership_id = m.id
                    AND x.state = ANY(%(conditions_in_force)s::text[])
                    AND {DECIDED_IN_CASE.format(at="decided")}
            )
        )
    )
"""
EXEMPTION_OF_CASE = f"""
CASE
WHEN EXISTS (
    SELECT 1 FROM appeal a WHERE a.case_file_id = c.id AND a.state = ANY(%(open_appeals)s::text[])
) THEN '{Exemption.APPEAL.value}'
WHEN c.thing_kind = 'spill' AND EXISTS (
    SELECT 1 FROM spill s WHERE s.id = c.thing_id AND s.state = ANY(%(spill_states)s::text[])
) THEN '{Exemption.SPILL.value}'
WHEN EXISTS (
    SELECT 1 FROM case_file other
    WHERE other.thing_kind = c.thing_kind AND other.thing_id = c.thing_id AND other.closed_at IS NULL
) THEN '{Exemption.OPEN_CASE.value}'
WHEN {IN_FORCE.strip()} THEN '{Exemption.IN_FORCE.value}'
WHEN c.id IN ({RESTRICTED}) THEN '{Exemption.RESTRICTION.value}'
WHEN c.id IN ({ASKED_FOR}) THEN '{Exemption.DATA_REQUEST.value}'
ELSE '' END
"""


def exemption_of_event(event_id: int) -> str:
    sql = f"SELECT {EXEMPTION_OF_EVENT} FROM event e WHERE e.id = %(id)s"
    row = cursor().execute(sql, PARAMETERS | {"id": event_id}).fetchone()
    return str(row[0]) if row else ""


def exemption_of_case(case_id: int) -> str:
    sql = f"SELECT {EXEMPTION_OF_CASE} FROM case_file c WHERE c.id = %(id)s"
    row = cursor().execute(sql, PARAMETERS | {"id": case_id}).fetchone()
    return str(row[0]) if row else ""
