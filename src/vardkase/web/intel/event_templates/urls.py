"""URLs of event templates."""

from __future__ import annotations

from django.urls import path

from vardkase.web.intel.event_templates import building, editing, exchange, filling, views
from vardkase.web.ui import converters

__all__ = ["converters", "urlpatterns"]

ONE = "event-templates/<int:pk>/"

urlpatterns = [
    path("event-templates/", views.index, name="event_templates"),
    path("event-templates/new/", building.create, name="event_template_create"),
    path("event-templates/new/json/", building.create_json, name="event_template_create_json"),
    path("event-templates/new/find/", building.find, name="event_template_builder_find"),
    path("event-templates/import/", exchange.import_file, name="event_template_import"),
    path("event-templates/update/", exchange.update, name="event_templates_update"),
    path(ONE, views.view, name="event_template"),
    path(ONE + "edit/", building.edit, name="event_template_edit"),
    path(ONE + "edit/json/", building.edit_json, name="event_template_edit_json"),
    path(ONE + "duplicate/", editing.duplicate, name="event_template_duplicate"),
    path(ONE + "delete/", editing.delete, name="event_template_delete"),
    path(ONE + "on/", editing.switch_on, name="event_template_on"),
    path(ONE + "off/", editing.switch_off, name="event_template_off"),
    path(ONE + "export/", exchange.export, name="event_template_export"),
    path(ONE + "fill-in/", filling.fill_in, name="event_template_fill"),
    path("event/<reference:reference>/fill-in/<int:pk>/", filling.fill_event, name="event_template_add"),
    path(ONE + "find/", filling.find, name="event_template_find"),
]
