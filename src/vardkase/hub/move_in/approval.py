"""A later run in a hub that is in use takes two officers: one proposes what is brought in by its SHA-256, another
approves it.

A dump is a file that anybody can write who runs the machine, and it says who may do what; its attachments are evidence.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.core.errors import Conflict, Invalid
from vardkase.hub.move_in.problems import MoveInProblem
from vardkase.hub.move_in.queries import last_move
from vardkase.hub.move_in.source.files import FileDigests, digests_of
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.four_eyes.hub_in_use import in_use
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest, RequestState
from vardkase.identity.accounts.four_eyes.parties import OFFICERS
from vardkase.identity.accounts.four_eyes.registry import ActionDescription, Approval, ApprovalAction
from vardkase.identity.accounts.four_eyes.services import propose
from vardkase.identity.accounts.staff import DECIDE

SHA256 = re.compile("[0-9a-f]{64}")


@transaction.atomic
def propose_run(actor: Actor, dump: str, settings: str, attachments: str, reason: str) -> ApprovalRequest:
    """Each is the SHA-256 of what is given: the dump, the settings and, "" for none, the files (`digests_of`).

    Raises Forbidden, Conflict if nothing was moved in yet or the same is proposed already, Invalid by field.
    """
    actor.require_writing()
    actor.require_staff(*DECIDE)
    if last_move() is None:
        raise Conflict(MoveInProblem.NOTHING_MOVED())
    given = {"dump": dump, "settings": settings, "attachments": attachments}
    given = {name: digest.strip().lower() for name, digest in given.items()}
    if wrong := [
        name
        for name, digest in given.items()
        if not SHA256.fullmatch(digest) and (digest or name != "attachments")
    ]:
        raise Invalid({name: [MoveInProblem.NO_SHA256()] for name in wrong})
    return propose(
        actor,
        RUN,
        approval_subject(**given),
        title=gettext("Dump %(digest)s…") % {"digest": given["dump"][:12]},
        parameters=given,
        reason=reason,
    )


def require_approved(dump: str, settings: bytes | None, files: Path | None) -> FileDigests | None:
    """Raise Conflict for a later run in a hub in use that no two officers have approved since the last one.

    Returns what has to be in each of the files when it is read; None where nobody has to approve them.
    """
    former = last_move()
    if former is None or not in_use():
        return None
    if not dump or settings is None:
        raise Conflict(MoveInProblem.ONLY_DUMPS_IN_USE())
    digest, by_file = digests_of(files)
    given = {"dump": dump, "settings": hashlib.sha256(settings).hexdigest(), "attachments": digest}
    approved = ApprovalRequest.objects.filter(
        action=RUN.name,
        subject=approval_subject(**given),
        state=RequestState.APPROVED,
        answered_at__gt=former.finished_at,
    )
    if not approved.exists():
        given["attachments"] = given["attachments"] or NONE
        raise Conflict(MoveInProblem.NOT_APPROVED(path=PATH, **given))
    return by_file


def approval_subject(dump: str, settings: str, attachments: str) -> str:
    return hashlib.sha256(f"{dump} {settings} {attachments}".encode()).hexdigest()


def _state(_request: ApprovalRequest) -> Mapping[str, Any]:
    former = last_move()
    return {"after": None if former is None else former.pk}


def _describe(request: ApprovalRequest) -> ActionDescription:
    return ActionDescription(
        gettext(
            "Whoever runs the machine may bring in, once, what is new or changed in this dump of MISP, with these "
            "files: events and their attachments, accounts, passwords, keys, sharing groups and what else the former "
            "MISP held."
        ),
        (
            (gettext("SHA-256 of the dump"), str(request.parameters.get("dump", ""))),
            (gettext("SHA-256 of the settings"), str(request.parameters.get("settings", ""))),
            (gettext("SHA-256 of the files"), str(request.parameters.get("attachments", "")) or NONE),
        ),
        "/administration/audit/oversight/",
        (
            gettext(
                "Make sure with those who made them that they have these SHA-256: the dump decides who can sign in."
            ),
        ),
    )


def _carry_out(approval: Approval) -> None:
    """The run itself is made at the console, and looks for the approval."""
    approval.for_action(RUN)


PATH = "/administration/move-in/"
NONE = "–"
RUN = ApprovalAction(
    name="move_in_again",
    title=_("Bring in a newer dump of MISP"),
    propose=OFFICERS,
    approve=OFFICERS,
    describe=_describe,
    fingerprint=_state,
    execute=_carry_out,
)
