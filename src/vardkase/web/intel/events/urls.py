"""URLs of the event pages, and MISP's own URLs from old mails."""

from __future__ import annotations

from django.urls import path

from vardkase.web.intel.events import (
    bulk,
    bulk_tagging,
    cells,
    contact,
    downloads,
    index,
    last_version,
    news,
    old_addresses,
    table,
    versions,
    view,
)
from vardkase.web.ui import converters

__all__ = ["converters", "urlpatterns"]

urlpatterns = [
    path("events/", index.index, name="events"),
    path("events/export/<str:format>/", index.export, name="events_export"),
    path("events/being-changed/", last_version.changing, name="events_changing"),
    path("events/download/", index.formats, name="events_formats"),
    path("events/download/<slug:format>/", index.event_files, name="events_download"),
    path("event/<reference:reference>/", table.attributes, name="event"),
    path("event/<reference:reference>/rows/", table.rows, name="event_rows"),
    path(
        "event/<reference:reference>/attribute/<int:attribute_id>/cell/<slug:field>/",
        cells.cell,
        name="attribute_cell",
    ),
    path("event/<reference:reference>/news/", news.news, name="event_news"),
    path("event/<reference:reference>/columns/", table.choose, name="event_columns"),
    path("event/<reference:reference>/attributes/delete/", bulk.delete, name="attributes_bulk_delete"),
    path("event/<reference:reference>/attributes/edit/", bulk.edit, name="attributes_bulk_edit"),
    path("event/<reference:reference>/attributes/undo/", bulk.take_back, name="attributes_undo"),
    path(
        "event/<reference:reference>/attributes/detection/", bulk.detection, name="attributes_bulk_detection"
    ),
    path("event/<reference:reference>/attributes/reach/", bulk.reach, name="attributes_bulk_reach"),
    path("event/<reference:reference>/attributes/tag/", bulk_tagging.tag, name="attributes_bulk_tag"),
    path("event/<reference:reference>/copy/<slug:form>/", table.copy, name="attributes_copy"),
    path("event/<reference:reference>/correlations/", view.correlations, name="event_correlations"),
    path("event/<reference:reference>/extended/", view.extended, name="event_extended"),
    path("event/<reference:reference>/related/", view.related, name="event_related"),
    path("event/<reference:reference>/history/", versions.history, name="event_history"),
    path("event/<reference:reference>/version/<int:number>/", versions.version, name="event_version"),
    path(
        "event/<reference:reference>/version/<int:number>/<slug:form>/",
        versions.version_file,
        name="event_version_file",
    ),
    path("event/<reference:reference>/version-news/", last_version.version_news, name="event_version_news"),
    path("event/<reference:reference>/compare/", versions.comparison, name="event_compare"),
    path("event/<reference:reference>/download/", downloads.formats, name="event_formats"),
    path("event/<reference:reference>/download/<slug:format>/", downloads.event_file, name="event_download"),
    path("event/<reference:reference>/contact/", contact.contact, name="event_contact"),
    path("event/<reference:reference>/file/<int:attribute_id>/", downloads.file, name="event_file"),
    path("events/view/<reference:reference>", old_addresses.event, name="old_event"),
    path("events/index", old_addresses.events, name="old_events"),
    path("attributes/view/<reference:reference>", old_addresses.attribute, name="old_attribute"),
]
