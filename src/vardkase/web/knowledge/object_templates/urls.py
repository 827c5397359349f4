from __future__ import annotations

from django.urls import path

from vardkase.web.knowledge.object_templates import editing, views

urlpatterns = [
    path("object-templates/", views.index, name="object_templates"),
    path("object-templates/new/", editing.create, name="object_template_create"),
    path("object-templates/new/json/", editing.create_json, name="object_template_create_json"),
    path("object-templates/update/", editing.update, name="object_templates_update"),
    path("object-templates/<int:pk>/", views.view, name="object_template"),
    path("object-templates/<int:pk>/on/", views.switch, {"enabled": True}, name="object_template_on"),
    path("object-templates/<int:pk>/off/", views.switch, {"enabled": False}, name="object_template_off"),
    path("object-templates/<int:pk>/edit/", editing.edit, name="object_template_edit"),
    path("object-templates/<int:pk>/edit/json/", editing.edit_json, name="object_template_edit_json"),
    path("object-templates/<int:pk>/delete/", editing.delete, name="object_template_delete"),
]
