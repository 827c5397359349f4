"""Actions on correlation and saved searches, as the audit log records them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.audit.actions import AuditAction


class AnalysisAction(AuditAction):
    CORRELATION_ORPHANS_REMOVED = "correlation.orphans-removed", _("Orphaned correlations were removed")
    CORRELATION_REBUILT = "correlation.rebuilt", _("The correlations were rebuilt")
    CORRELATION_RECORRELATED = "correlation.recorrelated", _("The correlations of the event were rebuilt")
    CORRELATION_EXCLUSION_ADDED = "correlation_exclusion.added", _("The exclusion from correlation was added")
    CORRELATION_EXCLUSION_CLEANED = "correlation_exclusion.cleaned", _("Unneeded correlations were removed")
    CORRELATION_EXCLUSION_DELETED = (
        "correlation_exclusion.deleted",
        _("The exclusion from correlation was deleted"),
    )
    CORRELATION_EXCLUSION_EDITED = (
        "correlation_exclusion.edited",
        _("The exclusion from correlation was changed"),
    )
    CORRELATION_RULE_ADDED = "correlation_rule.added", _("The correlation rule was added")
    CORRELATION_RULE_DELETED = "correlation_rule.deleted", _("The correlation rule was deleted")
    CORRELATION_RULE_EDITED = "correlation_rule.edited", _("The correlation rule was changed")
    SAVED_SEARCH_ADDED = "saved_search.added", _("The search was saved")
    SAVED_SEARCH_DELETED = "saved_search.deleted", _("The saved search was deleted")
    SAVED_SEARCH_EDITED = "saved_search.edited", _("The saved search was changed")
    SAVED_SEARCH_RESTORED = "saved_search.restored", _("The saved search was restored")
