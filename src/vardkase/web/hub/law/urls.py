"""URLs of the legal rules."""

from __future__ import annotations

from django.urls import path

from vardkase.web.hub.law import views

urlpatterns = [
    path("law/", views.index, name="law"),
    path("law/<slug:kind>/new/", views.add, name="legal_rule_add"),
    path("law/<slug:kind>/<slug:name>/", views.rule, name="legal_rule"),
    path("law/<slug:kind>/<slug:name>/change/", views.change, name="legal_rule_change"),
    path("law/<slug:kind>/<slug:name>/retire/", views.retire, name="legal_rule_retire"),
]
