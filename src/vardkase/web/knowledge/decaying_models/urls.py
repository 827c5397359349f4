from __future__ import annotations

from django.urls import path

from vardkase.web.knowledge.decaying_models import editing, views

urlpatterns = [
    path("decaying-models/", views.index, name="decaying_models"),
    path("decaying-models/new/", editing.create, name="decaying_model_create"),
    path("decaying-models/types/", editing.find, name="decaying_model_find"),
    path("decaying-models/update/", editing.update, name="decaying_models_update"),
    path("decaying-models/<int:pk>/", views.view, name="decaying_model"),
    path("decaying-models/<int:pk>/on/", editing.switch, {"enabled": True}, name="decaying_model_on"),
    path("decaying-models/<int:pk>/off/", editing.switch, {"enabled": False}, name="decaying_model_off"),
    path("decaying-models/<int:pk>/edit/", editing.edit, name="decaying_model_edit"),
    path("decaying-models/<int:pk>/delete/", editing.delete, name="decaying_model_delete"),
]
