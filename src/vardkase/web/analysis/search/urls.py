from __future__ import annotations

from django.urls import path

from vardkase.web.analysis.search import destination, results, suggestions, value

urlpatterns = [
    path("search/", results.search, name="search"),
    path("search/go/", destination.destination, name="search_go"),
    path("search/suggestions/", suggestions.suggestions, name="search_suggestions"),
    path("values/", results.latest, name="values"),
    path("value/", value.value, name="value"),
]
