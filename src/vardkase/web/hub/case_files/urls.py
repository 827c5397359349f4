"""URLs of case files."""

from __future__ import annotations

from django.urls import path

from vardkase.web.hub.case_files import appeals, register, views

urlpatterns = [
    path("cases/", views.index, name="case_files"),
    path("cases/correspondence/", register.index, name="correspondence"),
    path("cases/<str:number>/", views.view, name="case_file"),
    path("cases/<str:number>/documents/add/", views.add, name="case_document_add"),
    path("cases/<str:number>/documents/<int:document>/", views.document, name="case_document"),
    path(
        "cases/<str:number>/documents/<int:document>/signatures/",
        views.signatures,
        name="case_document_signatures",
    ),
    path("cases/<str:number>/appeals/new/", appeals.register, name="case_appeal_new"),
    path("cases/<str:number>/appeals/<int:pk>/", appeals.view, name="case_appeal"),
    path("cases/<str:number>/appeals/<int:pk>/<slug:name>/", appeals.step, name="case_appeal_step"),
    path("cases/<str:number>/documents/zip/", views.documents, name="case_documents"),
    path("cases/<str:number>/archive/", views.archive, name="case_archive"),
    path("cases/<str:number>/pdf/", views.one_pdf, name="case_pdf"),
    path("cases/<str:number>/note/", views.note, name="case_note"),
    path("cases/<str:number>/registry-number/", views.registry_number, name="case_registry"),
    path("cases/<str:number>/close/", views.close, name="case_close"),
    path("cases/<str:number>/reopen/", views.reopen, name="case_reopen"),
]
