"""Daily processing of applications: waiting ones are queued, abandoned drafts deleted."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from vardkase.core.jobs.progress import report
from vardkase.hub.membership.applications.accepted_terms import UNDECIDED
from vardkase.hub.membership.applications.mails import notify_applicant
from vardkase.hub.membership.applications.models import Application, ApplicationLink, ApplicationState
from vardkase.hub.membership.applications.services.submission import queue
from vardkase.hub.membership.phases.queries import admits, waits_for
from vardkase.hub.membership.terms.hooks import Published
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.job_actors import hub_actor


def queue_admitted(actor: Actor) -> int:
    """Queue every waiting application that an open phase now admits, first come first served; returns how
    many.

    Applicants who still wait are notified if the phase they wait for has changed.
    """
    now = timezone.now()
    waiting = list(Application.objects.filter(state=ApplicationState.WAITING).order_by("submitted", "pk"))
    queued = 0
    for done, application in enumerate(waiting, start=1):
        if admits(application.sector, invited=application.is_invited, now=now) is not None:
            with transaction.atomic():  # One each: a fault with one leaves the others queued.
                # Read again under the lock: its applicant may have withdrawn it in the meantime.
                rows = Application.objects.select_for_update()
                if still := rows.filter(pk=application.pk, state=ApplicationState.WAITING).first():
                    queue(actor, still)
                    queued += 1
        else:
            awaited = waits_for(application.sector, now)
            Application.objects.filter(pk=application.pk).exclude(waits_for=awaited).update(waits_for=awaited)
        report(done, len(waiting))
    return queued


def notify_of_new_terms(published: Published) -> None:
    for application in Application.objects.filter(state__in=UNDECIDED).order_by("pk"):
        notify_applicant(hub_actor(), "application_terms_changed", application)


def forget_drafts() -> int:
    """Remove drafts with no valid link left, so that nobody can submit them; returns how many."""
    alive = ApplicationLink.objects.filter(application=OuterRef("pk"), expires__gt=timezone.now())
    drafts = Application.objects.filter(~Exists(alive), state=ApplicationState.DRAFT)
    return drafts.delete()[1].get("membership.Application", 0)
