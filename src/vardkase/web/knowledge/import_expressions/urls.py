from __future__ import annotations

from django.urls import path

from vardkase.web.knowledge.import_expressions import views

urlpatterns = [
    path("import-expressions/", views.index, name="import_expressions"),
    path("import-expressions/new/", views.create, name="import_expression_create"),
    path("import-expressions/test/", views.try_values, name="import_expressions_test"),
    path("import-expressions/<int:pk>/", views.edit, name="import_expression_edit"),
    path("import-expressions/<int:pk>/delete/", views.delete, name="import_expression_delete"),
]
