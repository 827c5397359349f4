"""URLs of admission."""

from __future__ import annotations

from django.urls import path

from vardkase.web.views.admission import invitations, phases

urlpatterns = [
    path("membership/phases/", phases.index, name="phases"),
    path("membership/phases/<int:number>/", phases.edit, name="phase"),
    path("membership/phases/law/<slug:name>/", phases.precondition, name="precondition"),
    path("membership/invitations/", invitations.index, name="invitations"),
    path("membership/invitations/new/", invitations.invite, name="invitation_new"),
    path("membership/invitations/<int:pk>/again/", invitations.send_again, name="invitation_again"),
    path("membership/invitations/<int:pk>/revoke/", invitations.revoke, name="invitation_revoke"),
    path("membership/invitations/import/", invitations.import_file, name="application_import"),
]
