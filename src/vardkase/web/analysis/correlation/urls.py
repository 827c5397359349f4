from __future__ import annotations

from django.urls import path

from vardkase.web.analysis.correlation import exclusions, rules, values

urlpatterns = [
    path("correlations/", exclusions.index, name="correlation_exclusions"),
    path("correlations/new/", exclusions.create, name="correlation_exclusion_create"),
    path("correlations/delete/", exclusions.delete, name="correlation_exclusions_delete"),
    path("correlations/restore/", exclusions.restore, name="correlation_exclusions_restore"),
    path("correlations/exclude/", exclusions.exclude, name="correlation_value_exclude"),
    path("correlations/apply/", exclusions.apply, name="correlation_exclusions_apply"),
    path("correlations/rebuild/", exclusions.rebuild, name="correlations_rebuild"),
    path("correlations/<int:pk>/", exclusions.edit, name="correlation_exclusion_edit"),
    path("correlations/over-correlating/", values.over_correlating, name="over_correlating_values"),
    path("correlations/most-frequent/", values.most_frequent, name="most_correlating_values"),
    path("correlations/rules/", rules.index, name="correlation_rules"),
    path("correlations/rules/organisations/", rules.find, name="correlation_rule_find"),
    path("correlations/rules/new/<slug:selector>/", rules.create, name="correlation_rule_create"),
    path("correlations/rules/<int:pk>/", rules.edit, name="correlation_rule_edit"),
    path("correlations/rules/<int:pk>/delete/", rules.delete, name="correlation_rule_delete"),
]
