"""URLs of the event editing pages."""

from __future__ import annotations

from django.urls import path

from vardkase.web.intel.editing import (
    attributes,
    event_import,
    events,
    objects,
    paste,
    populate,
    publish,
    publish_to,
    references,
    tagging,
)
from vardkase.web.ui import converters

__all__ = ["converters", "urlpatterns"]

EVENT = "event/<reference:reference>/"
ATTRIBUTE = EVENT + "attribute/<int:attribute_id>/"
OBJECT = EVENT + "object/<int:object_id>/"

urlpatterns = [
    path("event/new/", events.create, name="event_create"),
    path("event/import/", event_import.create, name="event_import"),
    path(EVENT + "edit/", events.edit, name="event_edit"),
    path(EVENT + "delete/", events.delete, name="event_delete"),
    path(EVENT + "publish/", publish.publish, name="event_publish"),
    path(EVENT + "publish/organisations/", publish_to.choose, name="event_receivers"),
    path(EVENT + "publish/organisations/find/", publish_to.find, name="event_receivers_find"),
    path(EVENT + "unpublish/", publish.unpublish, name="event_unpublish"),
    path(EVENT + "tag/", tagging.tag, name="event_tag"),
    path(EVENT + "untag/", tagging.untag, name="event_untag"),
    path("attribute/categories/", attributes.categories, name="attribute_categories"),
    path(EVENT + "attribute/new/", attributes.create, name="attribute_create"),
    path(ATTRIBUTE + "edit/", attributes.edit, name="attribute_edit"),
    path(ATTRIBUTE + "delete/", attributes.delete, name="attribute_delete"),
    path(ATTRIBUTE + "restore/", attributes.restore, name="attribute_restore"),
    path(ATTRIBUTE + "tag/", tagging.tag, name="attribute_tag"),
    path(ATTRIBUTE + "untag/", tagging.untag, name="attribute_untag"),
    path(EVENT + "attributes/paste/", paste.paste, name="attributes_paste"),
    path(EVENT + "copy-from/", populate.choose, name="event_populate"),
    path(EVENT + "copy-from/<reference:source>/", populate.copy, name="event_copy"),
    path(EVENT + "object/new/", objects.create, name="object_create"),
    path(OBJECT + "edit/", objects.edit, name="object_edit"),
    path(OBJECT + "delete/", objects.delete, name="object_delete"),
    path(OBJECT + "reference/new/", references.create, name="reference_create"),
    path(EVENT + "reference/<int:reference_id>/delete/", references.delete, name="reference_delete"),
]
