"""Where personal data are looked for: for each kind, the rows of a table with their text and whose they are.

A source is SQL with the columns `part_id`, `event_id`, `org_id` (null: the hub owner's) and `text`. The same SQL finds
items, shows them and tells whether they still hold what was searched for.
"""

from __future__ import annotations

from dataclasses import dataclass

from vardkase.hub.data_protection.requests.models import FoundItemKind as Kind
from vardkase.identity.access.quarantined import QUARANTINED
from vardkase.identity.access.readable_audit_log import NOT_OF_QUARANTINED
from vardkase.intel.personal_data.tags import TAG_TEXT


@dataclass(frozen=True, slots=True)
class DataSource:
    """`table`: the rows are read in ranges of its `id`, `key` in the SQL, because it may be very large."""

    kind: Kind
    rows: str
    table: str = ""
    key: str = ""


CASE_OWNER = "CASE WHEN f.kind = 'public_records' THEN f.organisation_id END"
"""Each authority's requests for public records are its own, and all other cases the hub owner's."""
CASE_SEARCHED = """f.kind NOT IN ('spill', 'data_subject')
    AND (f.kind <> 'public_records' OR f.organisation_id IS NOT NULL)"""
"""Cases of spills, and of requests like this one, are left to themselves."""


def _lines(*columns: str) -> str:
    return f"concat_ws(E'\\n', {', '.join(columns)})"


def _of_the_hub(kind: Kind, table: str, *columns: str) -> DataSource:
    text = _lines(*(f"t.{column}" if "(" not in column else column for column in columns))
    return DataSource(
        kind,
        f"SELECT t.id AS part_id, NULL::bigint AS event_id, NULL::bigint AS org_id, {text} AS text FROM {table} t",
    )


def _about_things(kind: Kind, table: str, *columns: str) -> DataSource:
    """As `_of_the_hub`, but about a request for public records they are the authority's that was asked."""
    return DataSource(
        kind,
        "SELECT t.id AS part_id, NULL::bigint AS event_id, c.authority_id AS org_id, "
        f"{_lines(*(f't.{column}' for column in columns))} AS text FROM {table} t "
        "LEFT JOIN records_case c ON c.id = t.thing_id AND t.thing_kind = 'records_case' "
        "WHERE t.thing_kind <> 'records_case' OR c.id IS NOT NULL",
    )


# Nobody reads what is in quarantine, for a request neither: the spill procedure deletes or releases it.
_EVENTS = "(SELECT id, org_id, info FROM event WHERE NOT quarantined) e"
_VALUE = "concat_ws('|', a.value1, a.value2)"
_ABOUT = "(SELECT string_agg(m.description, E'\\n') FROM collection_element m WHERE m.collection_id = c.id)"
_ELEMENTS = "(SELECT string_agg(m.value, E'\\n') FROM galaxy_element m WHERE m.galaxy_cluster_id = c.id)"
SHARED = (
    DataSource(
        Kind.TITLE, f"SELECT e.id AS part_id, e.id AS event_id, e.org_id, e.info AS text FROM {_EVENTS}"
    ),
    DataSource(
        Kind.ATTRIBUTE,
        f"SELECT a.id AS part_id, a.event_id, e.org_id, {_lines(_VALUE, "nullif(a.comment, '')")} AS text "
        f"FROM attribute a JOIN {_EVENTS} ON e.id = a.event_id",
        "attribute",
        "a.id",
    ),
    DataSource(
        Kind.OBJECT,
        "SELECT o.id AS part_id, o.event_id, e.org_id, o.comment AS text "
        f"FROM object o JOIN {_EVENTS} ON e.id = o.event_id WHERE o.comment <> ''",
    ),
    DataSource(
        Kind.TAG,
        f"SELECT e.id AS part_id, e.id AS event_id, e.org_id, {TAG_TEXT} AS text FROM tag t "
        "JOIN (SELECT tag_id, event_id FROM event_tag UNION SELECT tag_id, event_id FROM attribute_tag UNION "
        "SELECT l.tag_id, r.event_id FROM event_report_tag l JOIN event_report r ON r.id = l.event_report_id) used "
        f"ON used.tag_id = t.id JOIN {_EVENTS} ON e.id = used.event_id",
    ),
    DataSource(
        Kind.REPORT,
        f"SELECT r.id AS part_id, r.event_id, e.org_id, {_lines('r.name', 'r.content')} AS text "
        f"FROM event_report r JOIN {_EVENTS} ON e.id = r.event_id",
    ),
    DataSource(
        Kind.PROPOSAL,
        f"SELECT a.id AS part_id, a.event_id, a.org_id, {_lines(_VALUE, "nullif(a.comment, '')")} AS text "
        f"FROM proposal a JOIN {_EVENTS} ON e.id = a.event_id UNION ALL SELECT a.id, a.event_id, c.org_id, c.text "
        f"FROM proposal_comment c JOIN proposal a ON a.id = c.proposal_id JOIN {_EVENTS} ON e.id = a.event_id",
    ),
    DataSource(
        Kind.ANALYST_DATA,
        f"SELECT n.id AS part_id, NULL::bigint AS event_id, n.org_id, {_lines('n.authors', 'n.text')} AS text "
        f"FROM analyst_data n WHERE n.object_uuid NOT IN ({QUARANTINED})",
    ),
    DataSource(
        Kind.COLLECTION,
        "SELECT c.id AS part_id, NULL::bigint AS event_id, c.org_id, "
        f"{_lines('c.name', 'c.description', _ABOUT)} AS text FROM collection c",
    ),
    DataSource(
        Kind.CLUSTER,
        "SELECT c.id AS part_id, NULL::bigint AS event_id, nullif(c.org_id, 0) AS org_id, "
        f"{_lines('c.value', 'c.description', 'c.authors::text', _ELEMENTS)} AS text "
        'FROM galaxy_cluster c WHERE NOT c."default"',
    ),
)
OF_THE_HUB = (
    _of_the_hub(Kind.ACCOUNT, "account", "email"),
    # Former addresses of accounts, also of deleted ones.
    DataSource(
        Kind.ACCOUNT,
        "SELECT t.user_id AS part_id, NULL::bigint AS event_id, NULL::bigint AS org_id, t.email AS text "
        "FROM account_address t",
    ),
    _of_the_hub(Kind.CONTACT, "contact", "name", "email", "phone"),
    _of_the_hub(Kind.APPLICATION, "application", "email", "answers"),
    DataSource(
        Kind.APPLICATION,
        "SELECT t.application_id AS part_id, NULL::bigint AS event_id, NULL::bigint AS org_id, "
        f"{_lines('t.author', 't.text')} AS text FROM application_message t",
    ),
    _of_the_hub(Kind.MEMBERSHIP, "membership", "details"),
    _of_the_hub(Kind.SUPPORT, "support_request", "subject", "asker_name", "asker_email", "host(t.address)"),
    _of_the_hub(Kind.SUPPORT_MESSAGE, "support_message", "author", "text"),
    _of_the_hub(Kind.INVITATION, "invitation", "email", "note"),
    _of_the_hub(Kind.REGISTRATION, "inbox", "title", "host(t.ip)", "comment", "data"),
    _of_the_hub(Kind.FETCHES, "fetch_reader", "channel", "name"),
    _of_the_hub(Kind.SPILL_HOLDER, "spill_holder", "kind", "name", "answered_by"),
    _about_things(Kind.SENT_MAIL, "sent_mail", "recipient", "subject", "text", "thing_title"),
    _about_things(Kind.LETTER, "letter", "title", "signed_by"),
    # With the texts of the letters and mails that were filed.
    DataSource(
        Kind.CASE_DOCUMENT,
        f"SELECT d.id AS part_id, NULL::bigint AS event_id, {CASE_OWNER} AS org_id, "
        f"{_lines('d.title', 'd.counterpart', 'd.text', 'd.file_name')} AS text "
        f"FROM case_document d JOIN case_file f ON f.id = d.case_file_id AND {CASE_SEARCHED}",
    ),
)
AUDIT = DataSource(
    Kind.AUDIT,
    "SELECT 0::bigint AS part_id, NULL::bigint AS event_id, NULL::bigint AS org_id, "
    "concat_ws(' ', to_char(t.created, 'YYYY-MM-DD HH24:MI'), t.action, t.actor_name, host(t.address), t.title) "
    "AS text "
    f"FROM (SELECT * FROM audit_entry WHERE {NOT_OF_QUARANTINED}) t",
    "audit_entry",
    "t.id",
)
"""One item for all its lines, which are kept (encrypted) as they were found: they do not change."""
EVERY = (*SHARED, *OF_THE_HUB)
