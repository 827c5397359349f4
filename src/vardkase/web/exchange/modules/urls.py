from __future__ import annotations

from django.urls import path

from vardkase.web.exchange.modules import administration, views
from vardkase.web.ui import converters

__all__ = ["converters", "urlpatterns"]

EVENT = "event/<reference:reference>/"

urlpatterns = [
    path(EVENT + "attribute/<int:attribute_id>/modules/", views.attribute, name="attribute_modules"),
    path(EVENT + "attribute/<int:attribute_id>/modules/ask/", views.hover, name="attribute_hover"),
    path(EVENT + "modules/", views.event, name="event_modules"),
    path(EVENT + "modules/import/", views.import_file, name="module_import"),
    path(EVENT + "modules/results/", views.results, name="module_results"),
    path(EVENT + "modules/export/<str:name>/", views.export, name="module_export"),
    path("administration/modules/", administration.index, name="modules"),
    path("administration/modules/<str:name>/", administration.edit, name="module"),
]
