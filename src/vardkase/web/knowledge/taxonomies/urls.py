from __future__ import annotations

from django.urls import path

from vardkase.web.knowledge.taxonomies import views

urlpatterns = [
    path("taxonomies/", views.index, name="taxonomies"),
    path("taxonomies/<int:pk>/", views.view, name="taxonomy"),
    path("taxonomies/<int:pk>/on/", views.switch, {"enabled": True}, name="taxonomy_on"),
    path("taxonomies/<int:pk>/off/", views.switch, {"enabled": False}, name="taxonomy_off"),
    path("taxonomies/<int:pk>/require/", views.require, {"required": True}, name="taxonomy_require"),
    path("taxonomies/<int:pk>/release/", views.require, {"required": False}, name="taxonomy_release"),
]
