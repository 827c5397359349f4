from __future__ import annotations

from django.urls import path

from vardkase.web.analysis.search import destination, downloads, lookup, results, suggestions, value

urlpatterns = [
    path("search/", results.search, name="search"),
    path("search/go/", destination.destination, name="search_go"),
    path("search/suggestions/", suggestions.suggestions, name="search_suggestions"),
    path("search/download/", downloads.formats, name="search_formats"),
    path("search/download/<slug:format>/", downloads.results_file, name="search_download"),
    path("lookup/", lookup.lookup, name="lookup"),
    path("lookup/table/", lookup.table, name="lookup_table"),
    path("values/", results.latest, name="values"),
    path("value/", value.value, name="value"),
]
