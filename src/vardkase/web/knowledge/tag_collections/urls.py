from __future__ import annotations

from django.urls import path

from vardkase.web.knowledge.tag_collections import views

urlpatterns = [
    path("tags/collections/", views.index, name="tag_collections"),
    path("tags/collections/new/", views.create, name="tag_collection_create"),
    path("tags/collections/find/", views.find, name="tag_collection_find"),
    path("tags/collections/<int:pk>/edit/", views.edit, name="tag_collection_edit"),
    path("tags/collections/<int:pk>/delete/", views.delete, name="tag_collection_delete"),
]
