"""Audit log entries as sentences. An action of another version is shown as stored."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from vardkase.audit.actions import find_action
from vardkase.audit.models import AuditEntry

NOUNS: dict[str, str | Promise] = {
    "absence": _("Absence"),
    "analyst_data": _("Analyst data"),
    "announcement": _("Announcement"),
    "appeal": _("Appeal"),
    "application": pgettext_lazy("for membership", "Application"),
    "approval": _("Approval"),
    "approval_request": _("Approval request"),
    "attribute": _("Attribute"),
    "auth_key": _("API key"),
    "authority": _("Connected authority"),
    "blocklist": _("Blocklist"),
    "bookmark": _("Bookmark"),
    "breach": _("Personal data breach"),
    "bulk_mail": _("Mail to members"),
    "calendar_link": _("Calendar link"),
    "case_file": _("Case"),
    "collection": _("Collection"),
    "console": _("Console"),
    "contact": _("Contact"),
    "content_grant": _("Operator access"),
    "correlation": _("Correlations"),
    "correlation_exclusion": _("Exclusion from correlation"),
    "correlation_rule": _("Correlation rule"),
    "cryptographic_key": _("Signing key"),
    "dashboard_template": _("Dashboard layout"),
    "data_request": _("Request from a data subject"),
    "decaying_model": _("Decaying model"),
    "decision_right": _("Right to decide"),
    "enrolment": _("Enrolment of a platform"),
    "event": _("Event"),
    "event_graph": _("Saved graph"),
    "event_report": _("Report"),
    "event_report_template": _("Report template"),
    "event_template": _("Event template"),
    "feed": _("Feed"),
    "file": _("Stored file"),
    "galaxy": _("Galaxy"),
    "galaxy_cluster": _("Galaxy cluster"),
    "import_expression": _("Import expression"),
    "invitation": _("Invitation"),
    "job": _("Job"),
    "legal_rule": _("Legal rule"),
    "letter": _("Letter"),
    "library": _("Libraries"),
    "list": _("Exported list"),
    "mail": _("Mail"),
    "mail_template": _("Text of an e-mail"),
    "membership": _("Membership"),
    "news": _("News item"),
    "note": _("Note"),
    "noticelist": _("Notice list"),
    "object": _("Object"),
    "object_reference": _("Relationship"),
    "object_relationship": _("Relationship type"),
    "object_template": _("Object template"),
    "offence_permission": _("Permission to process data on offences"),
    "opinion": _("Opinion"),
    "organisation": _("Organisation"),
    "organisation_group": _("Organisation group"),
    "own_feed": _("Our feed"),
    "personal_data": _("Personal data"),
    "phase": _("Phase"),
    "policy": _("MISP policy"),
    "precondition": _("Legal precondition"),
    "proposal": _("Proposal"),
    "public_passage": _("Public text"),
    "question": _("Question"),
    "reason_text": _("Text for reasons"),
    "records_case": _("Request for public records"),
    "records_office": _("Details of an authority"),
    "records_officer": _("Officer for public records"),
    "registration": _("Request for an account"),
    "relationship": _("Relationship"),
    "role": _("Role"),
    "saved_search": _("Saved search"),
    "schedule": _("Scheduled task"),
    "second_factor": _("Second factor"),
    "security_statement": _("Security statement"),
    "member_condition": _("Condition or exception of a member"),
    "server": _("Connection"),
    "setting": pgettext_lazy("of the hub", "Setting"),
    "sharing_group": _("Sharing group"),
    "sharing_group_blueprint": _("Rule for a sharing group"),
    "sighting": _("Sighting"),
    "spill": _("Suspected spill"),
    "stream": _("Stream"),
    "subscription": _("Subscription"),
    "support_request": _("Support request"),
    "tag": pgettext_lazy("noun", "Tag"),
    "tag_collection": _("Tag collection"),
    "task": _("Task"),
    "taxii_collection": _("TAXII collection"),
    "taxii_server": _("TAXII server"),
    "taxonomy": _("Taxonomy"),
    "terms": _("Terms"),
    "training": _("Training"),
    "user": _("Account"),
    "user_setting": _("Personal setting"),
    "warninglist": _("Warninglist"),
    "worker": _("Worker"),
}
"""The kinds of targets that the log is filtered by."""


def act(entry: AuditEntry) -> str:
    """ "The event was published" for an entry of ``event.published``."""
    action = find_action(entry.action)
    if action is None:
        return entry.action
    count = entry.change.get("count")
    is_several = isinstance(count, int) and count > 1
    return str((action.several if is_several else "") or action.text)
