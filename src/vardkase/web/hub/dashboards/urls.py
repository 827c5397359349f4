from __future__ import annotations

from django.urls import path

from vardkase.web.hub.dashboards import views

urlpatterns = [
    path("dashboard/", views.edit, name="dashboard"),
    path("dashboard/add/", views.add, name="dashboard_add"),
    path("dashboard/reset/", views.reset, name="dashboard_reset"),
    path("dashboard/layouts/save/", views.save_layout, name="dashboard_save"),
    path("dashboard/layouts/<int:pk>/use/", views.use_layout, name="dashboard_use"),
    path("dashboard/layouts/<int:pk>/delete/", views.delete_layout, name="dashboard_layout_delete"),
    path("dashboard/<int:place>/", views.widget, name="dashboard_widget"),
    path("dashboard/<int:place>/settings/", views.configure, name="dashboard_configure"),
    path("dashboard/<int:place>/move/", views.move, name="dashboard_move"),
    path("dashboard/<int:place>/remove/", views.remove, name="dashboard_remove"),
]
