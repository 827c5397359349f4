"""Turns an approved application into a membership."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from vardkase.hub.membership.applications.models import Application
from vardkase.hub.membership.members.answers import county_of, details_of
from vardkase.hub.membership.members.services.opening import begin
from vardkase.hub.membership.sectors import Sector
from vardkase.identity.access.job_actors import hub_actor
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.organisations.names import organisation_skeleton
from vardkase.identity.organisations.services import create_organisation


@transaction.atomic
def open_approved(application: Application) -> None:
    """Open the membership of an approved application, in the transaction that approves it.

    The organisation is the one that the application is for, otherwise a new one. An existing organisation of
    the same name is not reused: the applicant would gain ownership of its data. An officer joins the two
    where they are the same.
    """
    actor, name = hub_actor(), application.organisation_name[:240]
    if Organisation.objects.filter(name_skeleton=organisation_skeleton(name)).exists():
        name = f"{name} ({application.organisation_number or application.number})"  # at most 255 characters
    sector = str(Sector(application.sector).label) if application.sector else ""
    organisation = application.organisation or create_organisation(
        actor, {"name": name, "sector": sector, "nationality": "Sweden"}
    )
    Application.objects.filter(pk=application.pk).update(organisation=organisation)
    facts: dict[str, Any] = {
        name: getattr(application, name)
        for name in ("sector", "nis2", "connection", "organisation_number", "language", "phase")
    }
    facts |= {"details": details_of(application.answers), "county": county_of(application.answers)}
    begin(actor, organisation, facts, application)
