from __future__ import annotations

from django.urls import path

from vardkase.web.analysis.search import (
    advanced,
    destination,
    downloads,
    lookup,
    results,
    suggestions,
    value,
    value_sightings,
)

urlpatterns = [
    path("search/", results.search, name="search"),
    path("search/go/", destination.destination, name="search_go"),
    path("search/suggestions/", suggestions.suggestions, name="search_suggestions"),
    path("search/download/", downloads.formats, name="search_formats"),
    path("search/download/<slug:format>/", downloads.results_file, name="search_download"),
    path("search/advanced/", advanced.advanced, name="advanced_search"),
    path("search/advanced/choices/", advanced.choices, name="advanced_search_choices"),
    path("search/advanced/download/", advanced.advanced_formats, name="advanced_search_formats"),
    path("search/advanced/download/<slug:format>/", advanced.advanced_file, name="advanced_search_download"),
    path("lookup/", lookup.lookup, name="lookup"),
    path("lookup/table/", lookup.table, name="lookup_table"),
    path("values/", results.latest, name="values"),
    path("value/", value.value, name="value"),
    path("value/sighting/", value_sightings.report, name="value_sighting"),
]
