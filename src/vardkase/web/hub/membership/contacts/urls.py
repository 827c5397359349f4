"""URLs of organisation contacts."""

from __future__ import annotations

from django.urls import path

from vardkase.web.hub.membership.contacts import views as pages

urlpatterns = [
    path("contacts/", pages.own, name="own_contacts"),
    path("contacts/<int:organisation>/", pages.index, name="contacts"),
    path("contacts/<int:organisation>/new/", pages.write, name="contact_new"),
    path("contacts/<int:organisation>/<int:pk>/", pages.write, name="contact"),
    path("contacts/<int:organisation>/<int:pk>/remove/", pages.remove, name="contact_remove"),
    path("contacts/<int:organisation>/extra/<slug:schema>/", pages.extra, name="contact_extra"),
]
