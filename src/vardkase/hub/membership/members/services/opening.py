"""A membership begins: by the approval of an application, or by an officer for an organisation that is here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from vardkase.core.errors import Conflict, Invalid
from vardkase.hub.lifecycle.services import note_in_history
from vardkase.hub.membership.applications.models import Application
from vardkase.hub.membership.members.details import read_details
from vardkase.hub.membership.members.hooks import membership_opened
from vardkase.hub.membership.members.models import Membership
from vardkase.hub.membership.members.rules import MEMBERSHIP, require_officer
from vardkase.hub.membership.members.services.pushing import push
from vardkase.hub.membership.sectors import Connection, Nis2Status, Sector
from vardkase.identity.access.actor import Actor
from vardkase.identity.organisations.models import Organisation

CHOICES = {"sector": Sector, "connection": Connection, "nis2": Nis2Status}
TEXTS = {"organisation_number": 10, "county": 2, "language": 8}


@transaction.atomic
def open_membership(
    actor: Actor,
    organisation: Organisation,
    data: Mapping[str, Any],
    application: Application | None = None,
) -> Membership:
    """Open the membership of an organisation that is here; it begins with being connected.

    `data`: sector, connection, nis2, organisation_number, county, language, phase, and `details`. From here on the
    organisation reads and writes nothing until the membership is activated. Raises Invalid by field, Conflict when it
    has one, Forbidden.
    """
    membership = Membership(organisation=organisation, application=application)
    require_officer(actor, membership)
    if Membership.objects.filter(organisation=organisation).exists():
        raise Conflict(gettext("%s is a member already.") % organisation.name)
    _fill(membership, data)
    membership.save()
    note = application.number if application else ""
    note_in_history(actor, MEMBERSHIP, membership, "membership.opened", note)
    push(membership)
    membership_opened.emit(membership)
    return membership


def _fill(membership: Membership, data: Mapping[str, Any]) -> None:
    errors: dict[str, list[str]] = {}
    for name, choices in CHOICES.items():
        given = str(data.get(name) or ("unknown" if name == "nis2" else ""))
        setattr(membership, name, given)
        if given not in choices.values:
            errors[name] = [gettext("Choose one of: %s.") % ", ".join(choices.values)]
    for name, longest in TEXTS.items():
        given = str(data.get(name) or ("sv" if name == "language" else ""))
        setattr(membership, name, given)
        if len(given) > longest:
            errors[name] = [gettext("At most %(count)s characters are allowed.") % {"count": longest}]
    if errors:
        raise Invalid(errors)
    membership.phase = int(data.get("phase") or 0)
    membership.details = read_details(data.get("details") or {})
