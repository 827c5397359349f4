"""Names of organisations for a search in a picker."""

from __future__ import annotations

from collections.abc import Iterable

from vardkase.identity.access.actor import Actor
from vardkase.identity.organisations.queries import organisations, sees_every_organisation
from vardkase.web.ui.forms.picker import SHOWN


def organisation_names(actor: Actor, text: str) -> Iterable[str]:
    """None where the list is hidden from the actor; a name can still be written."""
    if not sees_every_organisation(actor):
        return ()
    return organisations("local").filter(name__icontains=text).values_list("name", flat=True)[: SHOWN + 1]
