from __future__ import annotations

from django.urls import path

from vardkase.web.analysis.saved_searches import views

urlpatterns = [
    path("search/saved/", views.index, name="saved_searches"),
    path("search/saved/new/", views.create, name="saved_search_create"),
    path("search/saved/<int:pk>/", views.open_search, name="saved_search"),
    path("search/saved/<int:pk>/edit/", views.edit, name="saved_search_edit"),
    path("search/saved/<int:pk>/delete/", views.delete, name="saved_search_delete"),
    path("search/saved/<int:pk>/restore/", views.restore, name="saved_search_restore"),
]
