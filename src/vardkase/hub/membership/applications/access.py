"""Who acts in an application: the applicant by private link, or an officer."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from vardkase.audit.services import Target, record
from vardkase.core.errors import Forbidden
from vardkase.core.private_links import private_address
from vardkase.core.query_expressions import first_or_not_found
from vardkase.hub.audit_actions import MembershipAction
from vardkase.hub.membership.applications.models import Application, ApplicationLink
from vardkase.hub.membership.applications.problems import ApplicationProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.staff import StaffRole

LINK_VALID_FOR = timedelta(days=90)
LINK_PATH = "/apply/link/"


@dataclass(frozen=True, slots=True)
class Applicant:
    """The holder of a private link: an `audit.AuditActor`. `name` is the applicant's e-mail address."""

    application_id: int
    name: str
    address: str | None = None
    user_id: int | None = None
    organisation_id: int = 0
    credential_name: str = "link"


type Acting = Applicant | Actor


def require_may_act(actor: Acting, application: Application) -> None:
    """Raise Forbidden unless the application is the actor's own, or the actor a membership officer who may write."""
    if isinstance(actor, Applicant):
        if actor.application_id != application.pk:
            raise Forbidden(ApplicationProblem.OF_ANOTHER_ORGANISATION())
        return
    actor.require_writing()
    actor.require_staff(StaffRole.MEMBERSHIP_OFFICER)


def locked(application: Application) -> Application:
    """The application with its row locked until the end of the transaction. Raises NotFound."""
    return first_or_not_found(
        Application.objects.select_for_update().filter(pk=application.pk),
        ApplicationProblem.NO_SUCH_APPLICATION(),
    )


def new_link(application: Application, token: str = "") -> str:
    token = token or secrets.token_urlsafe(32)
    expires = timezone.now() + LINK_VALID_FOR
    ApplicationLink.objects.create(application=application, digest=digest_of(token), expires=expires)
    return token


def link_address(token: str) -> str:
    return private_address(LINK_PATH, token)


def find_link(token: str) -> ApplicationLink:
    """The link with this token, with its application. Raises NotFound if unknown or expired."""
    links = ApplicationLink.objects.select_related("application").filter(expires__gt=timezone.now())
    return first_or_not_found(links.filter(digest=digest_of(token)), ApplicationProblem.NO_SUCH_LINK())


@transaction.atomic
def end_links(actor: Actor, application: Application) -> str:
    """Revoke all links of an application and create a new one; returns its token.

    For an officer, when a link was lost or disclosed. Raises Forbidden.
    """
    require_may_act(actor, application)
    application.links.all().delete()
    record(actor, MembershipAction.APPLICATION_LINK_RENEWED, Target.of(application))
    return new_link(application)


def digest_of(token: str) -> bytes:
    # The token is from a cookie, and may hold bytes that are no UTF-8.
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()


def officer_only(actor: Actor) -> None:
    """Raise Forbidden unless the actor may read applications: membership and legal officers only."""
    if actor.staff.isdisjoint({StaffRole.MEMBERSHIP_OFFICER, StaffRole.LEGAL_OFFICER}):
        raise Forbidden(ApplicationProblem.FOR_OFFICERS_ONLY())
