"""URLs of an event's reports, and of the templates that reports begin with."""

from __future__ import annotations

from django.urls import path

from vardkase.web.intel.event_reports import (
    diagrams,
    editing,
    extracting,
    importing,
    printing,
    report_templates,
    reports,
    tagging,
)
from vardkase.web.ui import converters

__all__ = ["converters", "urlpatterns"]

EVENT = "event/<reference:reference>/"
REPORT = EVENT + "report/<int:report_id>/"
TEMPLATES = "report-templates/"

urlpatterns = [
    path(EVENT + "pdf/", printing.event_as_pdf, name="event_pdf"),
    path(EVENT + "reports/", reports.index, name="event_reports"),
    path(EVENT + "reports/new/", editing.create, name="report_create"),
    path(EVENT + "reports/import/", importing.create, name="report_import"),
    path(EVENT + "reports/draft/", editing.draft, name="report_draft"),
    path(EVENT + "reports/draft/<uuid:uuid>/discard/", editing.discard, name="report_draft_discard"),
    path(EVENT + "reports/references/", editing.references, name="report_references"),
    path(EVENT + "picture/<int:attribute_id>/", reports.picture, name="report_picture"),
    path(REPORT, reports.view, name="report"),
    path(REPORT + "edit/", editing.edit, name="report_edit"),
    path(REPORT + "extract/", extracting.extract, name="report_extract"),
    path(REPORT + "diagram/<int:number>/", diagrams.diagram, name="report_diagram"),
    path(REPORT + "pdf/", printing.as_pdf, name="report_pdf"),
    path(REPORT + "delete/", reports.delete, name="report_delete"),
    path(REPORT + "restore/", reports.restore, name="report_restore"),
    path(REPORT + "tags/", tagging.tags, name="report_tags"),
    path(TEMPLATES, report_templates.index, name="report_templates"),
    path(TEMPLATES + "new/", report_templates.create, name="report_template_create"),
    path(TEMPLATES + "<int:template_id>/edit/", report_templates.edit, name="report_template_edit"),
    path(TEMPLATES + "<int:template_id>/delete/", report_templates.delete, name="report_template_delete"),
]
