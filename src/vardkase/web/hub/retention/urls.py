"""URLs of retention."""

from __future__ import annotations

from django.urls import path

from vardkase.web.hub.retention import own, rules, runs

urlpatterns = [
    path("retention/", rules.index, name="retention"),
    path("retention/ours/", own.index, name="own_retention"),
    path("retention/rules/new/<slug:subject>/", rules.add, name="retention_rule_add"),
    path("retention/rules/<int:number>/", rules.rule, name="retention_rule"),
    path("retention/rules/<int:number>/change/", rules.change, name="retention_rule_change"),
    path("retention/rules/<int:number>/retire/", rules.retire, name="retention_rule_retire"),
    path("retention/runs/", runs.index, name="retention_runs"),
    path("retention/runs/start/", runs.start, name="retention_run_start"),
    path("retention/runs/<int:pk>/", runs.run, name="retention_run"),
    path("retention/runs/<int:pk>/carry-out/", runs.carry_out, name="retention_run_carry_out"),
]
