"""URLs of the oversight of the audit log."""

from __future__ import annotations

from django.urls import path

from vardkase.web.hub.audit_log import held, views

urlpatterns = [
    path("audit/oversight/", views.index, name="audit_oversight"),
    path("audit/of-our-organisation/", views.of_ours, name="audit_of_ours"),
    path("audit/held/", held.index, name="audit_held"),
    path("audit/held/register/", held.register, name="audit_held_register"),
    path("audit/held/<uuid:hub>/", held.of_hub, name="audit_held_hub"),
    path("audit/archives/<int:pk>/removal/", views.propose_removal, name="audit_archive_removal"),
]
