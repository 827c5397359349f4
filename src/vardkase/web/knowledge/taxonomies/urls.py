from __future__ import annotations

from django.urls import path

from vardkase.web.knowledge.taxonomies import tags, views

urlpatterns = [
    path("tags/", tags.index, name="tags"),
    path("tags/find/", tags.find, name="tag_find"),
    path("tags/new/", tags.create, name="tag_create"),
    path("tags/<int:pk>/edit/", tags.edit, name="tag_edit"),
    path("tags/<int:pk>/delete/", tags.delete, name="tag_delete"),
    path("tags/<int:pk>/favourite/", tags.favourite, name="tag_favourite"),
    path("taxonomies/", views.index, name="taxonomies"),
    path("taxonomies/<int:pk>/", views.view, name="taxonomy"),
    path("taxonomies/<int:pk>/on/", views.switch, {"enabled": True}, name="taxonomy_on"),
    path("taxonomies/<int:pk>/off/", views.switch, {"enabled": False}, name="taxonomy_off"),
    path("taxonomies/<int:pk>/require/", views.require, {"required": True}, name="taxonomy_require"),
    path("taxonomies/<int:pk>/release/", views.require, {"required": False}, name="taxonomy_release"),
]
