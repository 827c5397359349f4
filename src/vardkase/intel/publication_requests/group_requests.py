"""Asking colleagues for a sharing group, by those who want to share an event with a few organisations."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from vardkase.audit.services import record
from vardkase.core.errors import Conflict, Forbidden
from vardkase.core.mail.encryption import Recipient
from vardkase.core.mail.facts import Facts
from vardkase.core.mail.notify import notify
from vardkase.core.mail.services import MESSAGES_PER_HOUR, count_messages
from vardkase.core.private_links import page_address
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts.queries import reading_users
from vardkase.identity.organisations.services.ad_hoc_groups import chosen_organisations
from vardkase.intel.audit_actions import IntelAction
from vardkase.intel.kernel.audit_entries import event_target
from vardkase.intel.kernel.locking import lock_own_event
from vardkase.intel.publication_requests.problems import PublicationRequestProblem


@transaction.atomic
def request_group(actor: Actor, event_id: int, organisation_ids: Collection[int]) -> int:
    """Ask the colleagues who may create sharing groups for one with these organisations, by mail; returns how many.

    Raises NotFound, Forbidden, Invalid, Conflict if nobody may, or TooManyMessages after twenty in an hour.
    """
    actor.require_writing(Permission.ADD)
    if actor.user_id is None:
        raise Forbidden(PublicationRequestProblem.ONLY_PEOPLE())
    event = lock_own_event(actor, event_id)
    chosen = chosen_organisations(actor, organisation_ids)
    able = reading_users().filter(org_id=actor.organisation_id, role__perm_sharing_group=True)
    people = list(able.exclude(role__perm_sync=True, role__perm_site_admin=False).order_by("email"))
    if not people:
        raise Conflict(PublicationRequestProblem.NOBODY_CREATES_GROUPS())
    count_messages(actor.user_id, allowed=MESSAGES_PER_HOUR)
    names = ", ".join(each.name for each in chosen)
    facts: Facts = {
        "number": event.pk,
        "organisations": names,
        "sender": actor.name,
        "link": page_address("/sharing-groups/new/"),
    }
    notify("sharing_group_requested", None, map(Recipient.of, people), facts, reply_to=actor.name)
    record(actor, IntelAction.EVENT_SHARING_GROUP_REQUESTED, event_target(event), {"organisations": names})
    return len(people)
