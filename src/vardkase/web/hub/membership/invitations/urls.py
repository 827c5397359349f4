from __future__ import annotations

from django.urls import path

from vardkase.web.hub.membership.invitations import views

urlpatterns = [
    path("membership/invitations/", views.index, name="invitations"),
    path("membership/invitations/new/", views.invite, name="invitation_new"),
    path("membership/invitations/<int:pk>/again/", views.send_again, name="invitation_again"),
    path("membership/invitations/<int:pk>/revoke/", views.revoke, name="invitation_revoke"),
    path("membership/invitations/import/", views.import_file, name="application_import"),
]
