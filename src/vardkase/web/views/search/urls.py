"""URLs of search."""

from __future__ import annotations

from django.urls import path

from vardkase.web.views.search import results, suggestions

urlpatterns = [
    path("search/", results.search, name="search"),
    path("search/suggestions/", suggestions.suggestions, name="search_suggestions"),
    path("values/", results.latest, name="values"),
]
