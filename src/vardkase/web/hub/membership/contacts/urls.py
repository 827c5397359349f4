"""URLs of organisation contacts."""

from __future__ import annotations

from django.urls import path

from vardkase.web.hub.membership.contacts import views

urlpatterns = [
    path("contacts/", views.own, name="own_contacts"),
    path("contacts/<int:organisation>/", views.index, name="contacts"),
    path("contacts/<int:organisation>/new/", views.write, name="contact_new"),
    path("contacts/<int:organisation>/<int:pk>/", views.write, name="contact"),
    path("contacts/<int:organisation>/<int:pk>/remove/", views.remove, name="contact_remove"),
    path("contacts/<int:organisation>/extra/<slug:schema>/", views.extra, name="contact_extra"),
]
