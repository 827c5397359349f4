"""Where Django finds the templates and template tags of all packages."""

from __future__ import annotations

from pathlib import Path

TEMPLATE_FOLDERS = sorted(path for path in Path(__file__).parent.glob("**/templates") if path.is_dir())
TAG_LIBRARIES = {
    "audit": "vardkase.web.audit.template_tags",
    "case_files": "vardkase.web.hub.case_files.template_tags",
    "charts": "vardkase.web.ui.chart_tags",
    "components": "vardkase.web.ui.component_tags",
    "connections": "vardkase.web.exchange.servers.template_tags",
    "filters": "vardkase.web.ui.filter_tags",
    "jobs": "vardkase.web.core.jobs.template_tags",
    "office": "vardkase.web.hub.office.template_tags",
    "notices": "vardkase.web.knowledge.noticelists.template_tags",
    "pickers": "vardkase.web.ui.picker_tags",
    "presence": "vardkase.web.intel.event_locks.template_tags",
    "private_links": "vardkase.web.ui.private_link_tags",
    "reports": "vardkase.web.intel.event_reports.template_tags",
    "runs": "vardkase.web.ui.run_tags",
    "security_labels": "vardkase.web.identity.sign_in_policy.template_tags",
    "signatures": "vardkase.web.hub.signatures.template_tags",
    "subscriptions": "vardkase.web.exchange.subscriptions.template_tags",
    "streams": "vardkase.web.exchange.streams.template_tags",
}
