from __future__ import annotations

from django.urls import path

from vardkase.web.audit import views

urlpatterns = [
    path("audit/", views.index, name="audit"),
    path("audit/proof/", views.proof, name="audit_proof"),
]
