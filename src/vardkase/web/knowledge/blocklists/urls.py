from __future__ import annotations

from django.urls import path

from vardkase.web.knowledge.blocklists import views

urlpatterns = [
    path("blocklists/", views.index, name="blocklists"),
    path("blocklists/<slug:kind>/", views.blocklist, name="blocklist"),
    path("blocklists/<slug:kind>/add/", views.add, name="blocklist_add"),
    path("blocklists/<slug:kind>/delete/", views.delete, name="blocklist_delete"),
    path("blocklists/<slug:kind>/<int:pk>/", views.edit, name="blocklist_edit"),
]
