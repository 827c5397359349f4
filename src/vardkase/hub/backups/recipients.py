"""Who can read the backups: changed by two persons, none of whom is the operator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.audit.services import Target, record
from vardkase.core.backup.openpgp import checked, shown
from vardkase.core.backup.problems import BackupFailed
from vardkase.core.errors import Invalid
from vardkase.core.problems import Problem
from vardkase.core.sql import cursor
from vardkase.hub.audit_actions import BackupAction
from vardkase.hub.backups.models import BackupRecipient
from vardkase.hub.backups.problems import BackupRecipientProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.four_eyes.deciders import DECIDERS, may_decide
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.four_eyes.parties import Party, parties_of
from vardkase.identity.accounts.four_eyes.registry import ActionDescription, Approval, ApprovalAction
from vardkase.identity.accounts.four_eyes.services import propose
from vardkase.identity.organisations.acting import Acting

SUBJECT = "backup recipients"
MOST = 20


def recipients_in(text: str) -> list[tuple[str, str]]:
    """Name and key of each line, "NAME age1…" or "NAME openpgp:…". Raises Invalid under `recipients`."""
    found: list[tuple[str, str]] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        name, _space, key = line.rpartition(" ")
        try:
            key = checked(key)
        except BackupFailed as error:
            raise _invalid(error.problem) from None
        if not name.strip():
            raise _invalid(BackupRecipientProblem.NAMELESS(line=line[:120]))
        if key in {each for _name, each in found}:
            raise _invalid(BackupRecipientProblem.TWICE(key=key))
        found.append((name.strip()[:255], key))
    if not found:
        raise _invalid(BackupRecipientProblem.NONE())
    if len(found) > MOST:
        raise _invalid(BackupRecipientProblem.TOO_MANY(most=MOST))
    return sorted(found)


@transaction.atomic
def propose_recipients(actor: Actor, text: str, reason: str) -> ApprovalRequest:
    """Propose who can read the backups made from then on; before the hub is in use, decided at once.

    Raises Invalid under `recipients` or `reason`, Forbidden, Conflict while another proposal waits.
    """
    actor.require_writing()
    wanted = recipients_in(text)
    if wanted == _current():
        raise _invalid(BackupRecipientProblem.NOTHING_TO_CHANGE())
    return propose(
        actor,
        CHANGE,
        SUBJECT,
        title=gettext("Recipients of backups"),
        parameters={"recipients": wanted},
        reason=reason,
    )


def as_text() -> str:
    return "\n".join(f"{name} {key}" for name, key in _current())


def _invalid(problem: Problem) -> Invalid:
    return Invalid({"recipients": [problem]})


def _current() -> list[tuple[str, str]]:
    return sorted(BackupRecipient.objects.values_list("name", "key"))


def _state(_request: ApprovalRequest) -> Mapping[str, Any]:
    # The first change finds no row that could be locked.
    cursor().execute("SELECT pg_advisory_xact_lock(hashtext('backup recipients'))")
    return {"recipients": _current()}


def _conflict(actor: Acting, _request: ApprovalRequest) -> Problem | None:
    parties = parties_of(actor)
    if Party.CONSOLE in parties or may_decide(actor):
        return None
    return BackupRecipientProblem.ONLY_OFFICERS()


def _describe(request: ApprovalRequest) -> ActionDescription:
    before = {tuple(each) for each in request.subject_state.get("recipients", [])}
    wanted = {tuple(each) for each in request.parameters["recipients"]}
    details = [(gettext("Can read"), f"{name}: {shown(key)}") for name, key in sorted(wanted)]
    details += [
        (gettext("Can no longer read"), f"{name}: {shown(key)}") for name, key in sorted(before - wanted)
    ]
    return ActionDescription(
        gettext("Backups made from now on can be read by those listed here, and by nobody else."),
        tuple(details),
        "/backups/",
        (
            gettext(
                "Whoever holds the private key of a recipient can read everything in the backups. Earlier backups "
                "can still be read by those who could read them when they were made."
            ),
        ),
    )


def _change(approval: Approval) -> None:
    request = approval.for_action(CHANGE).request
    wanted = [(name, key) for name, key in request.parameters["recipients"]]
    BackupRecipient.objects.all().delete()
    BackupRecipient.objects.bulk_create(BackupRecipient(name=name, key=key) for name, key in wanted)
    record(
        cast(Actor, approval.actor),
        BackupAction.BACKUP_RECIPIENTS_CHANGED,
        Target("backup_recipient"),
        {"recipients": [f"{name}: {shown(key)}" for name, key in wanted]},
    )


CHANGE = ApprovalAction(
    name="change_backup_recipients",
    title=_("Change who can read the backups"),
    propose=DECIDERS | {Party.CONSOLE},
    approve=DECIDERS,
    describe=_describe,
    fingerprint=_state,
    conflict=_conflict,
    execute=_change,
    alone_until_in_use=frozenset({Party.SITE_ADMIN, Party.CONSOLE}),
)
