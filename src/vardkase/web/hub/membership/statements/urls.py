from __future__ import annotations

from django.urls import path

from vardkase.web.hub.membership.statements import views

urlpatterns = [
    path("members/<int:pk>/statement/", views.review, name="member_statement"),
    path("membership/statement/", views.write, name="membership_statement"),
    path("membership/statement/submit/", views.submit, name="membership_statement_submit"),
    path("membership/statement/files/", views.add_evidence, name="membership_evidence_add"),
    path("membership/evidence/<int:pk>/", views.evidence, name="membership_evidence"),
    path("membership/evidence/<int:pk>/remove/", views.remove_evidence, name="membership_evidence_remove"),
]
