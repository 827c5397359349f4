"""Labels of MISP's permission flags and of the duties at the hub."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from vardkase.identity.accounts.models import Role
from vardkase.identity.accounts.staff import StaffRole

FLAGS: dict[str, tuple[Any, Any]] = {
    "perm_add": (_("Create events"), _("Add events, and change events you have created.")),
    "perm_modify": (_("Change own events"), _("Change events you have created yourself.")),
    "perm_modify_org": (_("Change the organisation’s events"), _("Change events of colleagues.")),
    "perm_publish": (_("Publish"), _("Send events to everyone within their distribution.")),
    "perm_delegate": (_("Delegate"), _("Ask another organisation to publish an event in its name.")),
    "perm_tagger": (_("Tag"), _("Add tags to events and attributes, and remove them.")),
    "perm_sighting": (_("Sightings"), _("Report that a value has been seen.")),
    "perm_analyst_data": (
        _("Notes and opinions"),
        _("Write notes, opinions and relationships on what others share."),
    ),
    "perm_auth": (_("API keys"), _("Create keys and use the API.")),
    "perm_audit": (_("Audit log"), _("Read what your own organisation has done.")),
    "perm_admin": (_("Administer the organisation"), _("Manage its accounts and their keys.")),
    "perm_sharing_group": (_("Sharing groups"), _("Create sharing groups and choose their members.")),
    "perm_sync": (_("Synchronise"), _("Exchange events with another hub. For machines.")),
    "perm_sync_internal": (
        _("Synchronise internally"),
        _("Synchronise within your own organisation, without reducing the distribution."),
    ),
    "perm_sync_authoritative": (
        _("Authoritative synchronisation"),
        _("Overwrite what other hubs have sent."),
    ),
    "perm_server_sign": (_("Sign for the hub"), _("Sign protected events with the hub’s key.")),
    "perm_tag_editor": (_("Edit tags"), _("Create and change the tags themselves.")),
    "perm_template": (_("Edit templates"), _("Create and change event templates.")),
    "perm_object_template": (_("Edit object templates"), _("Create and change object templates.")),
    "perm_galaxy_editor": (_("Edit galaxies"), _("Create and change galaxies and clusters.")),
    "perm_decaying": (_("Decay models"), _("Create and change decaying models.")),
    "perm_warninglist": (_("Warninglists"), _("Manage warninglists.")),
    "perm_regexp_access": (_("Import rules"), _("Manage import expressions, which rewrite incoming values.")),
    "perm_view_feed_correlations": (_("See feed correlations"), _("See which feeds contain a value.")),
    "perm_publish_zmq": (_("Publish to ZeroMQ"), _("Send events to the hub’s message queue manually.")),
    "perm_publish_kafka": (_("Publish to Kafka"), _("Send events to Kafka manually.")),
    "perm_skip_otp": (_("No second factor"), _("Sign in with only a password. Avoid it.")),
    "perm_full": (_("Full access"), _("Assigned by administrators. Grants no permissions by itself.")),
    "perm_site_admin": (_("Administer the hub"), _("Everything, for every organisation. Read all events.")),
}

DUTIES = {
    StaffRole.MEMBERSHIP_OFFICER: _("Membership officer: handles applications and memberships"),
    StaffRole.LEGAL_OFFICER: _("Legal officer: handles applications, legal preconditions, terms and letters"),
    StaffRole.ANALYST: _("Analyst: works with what is shared"),
    StaffRole.OPERATOR: _(
        "Operator: runs the platform and helps members connect, without reading what is shared"
    ),
    StaffRole.AUDITOR: _("Auditor: reads the audit log and the settings, and nothing that is shared"),
}


def role_words(role: Role) -> str:
    """What people with the role do, for those to whom its name says nothing."""
    return str(next((words for flag, words in DOES.items() if getattr(role, flag)), _("May only read")))


DOES: dict[str, Any] = {
    "perm_site_admin": _("Administers the hub"),
    "perm_admin": _("Administers the organisation"),
    "perm_sync": _("Synchronises"),
    "perm_publish": _("May publish"),
    "perm_add": _("May write, but not publish"),
}
"""By the flag that says most of the role."""
