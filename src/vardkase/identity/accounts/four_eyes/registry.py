"""Registry of actions that require two people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.functional import Promise

from vardkase.core.problems import Problem
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.four_eyes.parties import Party
from vardkase.identity.organisations.acting import Acting

# Known to this module alone, so that no other code can make an `Approval` by mistake.
_SEAL = object()


@dataclass(frozen=True, slots=True)
class ActionDescription:
    """What the approver reads: in a sentence what will happen, its details (label, value), and where to read more.

    `warnings`: sentences about what stops or is lost at once, while the request waits.
    """

    effect: str
    details: tuple[tuple[str, str], ...] = ()
    path: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalAction:
    """An act that takes two people (the package's docstring has an example).

    `title`: in words, starting with a verb. `fingerprint` runs in the transaction of a proposal or approval
    and locks what it reads; it raises NotFound if the subject is gone. `conflict` is called for proposer and
    approver, and by pages that list requests, outside a transaction: it takes no locks. `alone_until_in_use`:
    who carries it out at once while the hub has not had two officers (`officers.in_use`). `closed` runs in
    the transaction in which a request is declined, returned or withdrawn, and `refused` after an approval that
    was not carried out has been undone. `writes_itself`: the action sends its own mails about requests and
    outcomes. `subject_title`: the display name of the subject in the active
    language; lists call it per row, so it must not query the database.
    """

    name: str
    title: str | Promise
    propose: frozenset[Party]
    approve: frozenset[Party]
    describe: Callable[[ApprovalRequest], ActionDescription]
    fingerprint: Callable[[ApprovalRequest], Mapping[str, Any]]
    execute: Callable[[Approval], Any]
    conflict: Callable[[Acting, ApprovalRequest], Problem | None] = lambda _actor, _request: None
    closed: Callable[[Acting, ApprovalRequest], None] = lambda _actor, _request: None
    refused: Callable[[Acting, ApprovalRequest], None] = lambda _actor, _request: None
    alone_until_in_use: frozenset[Party] = frozenset()
    writes_itself: bool = False
    subject_title: Callable[[ApprovalRequest], str] = lambda request: request.title


@dataclass(frozen=True, slots=True)
class Approval:
    """A second person's approval of `request`: only `services` creates one, for the transaction that carries
    it out.

    `actor` is the approver (the proposer, if the hub was not in use yet). `choices` is what the approver
    narrowed.
    """

    actor: Acting
    request: ApprovalRequest
    choices: Mapping[str, str] = field(default_factory=dict)
    seal: object = None

    def __post_init__(self) -> None:
        if self.seal is not _SEAL:
            raise TypeError("An approval is made by four_eyes.services alone.")

    def for_action(self, *actions: ApprovalAction) -> Approval:
        """This approval, if it is for one of `actions` and being carried out now; otherwise raises
        PermissionError."""
        if self.request.action not in {action.name for action in actions} or not connection.in_atomic_block:
            raise PermissionError(f"{self.request.action} was approved, which is something else.")
        return self

    @property
    def parameters(self) -> dict[str, Any]:
        parameters: dict[str, Any] = self.request.parameters
        return parameters

    @property
    def reason(self) -> str:
        return self.request.reason

    @property
    def at(self) -> datetime | None:
        return self.request.answered_at


_actions: dict[str, ApprovalAction] = {}


def register(action: ApprovalAction) -> None:
    if _actions.setdefault(action.name, action) is not action:
        raise RuntimeError(f"the action {action.name} is registered twice")


def action_of(request: ApprovalRequest) -> ApprovalAction | None:
    """The action of a request; None if this version does not know it."""
    return _actions.get(request.action)


def actions() -> list[ApprovalAction]:
    return [_actions[name] for name in sorted(_actions)]


def sealed(actor: Acting, request: ApprovalRequest, choices: Mapping[str, str]) -> Approval:
    """An approval. Reserved for `services`; a test enforces this."""
    return Approval(actor, request, choices, _SEAL)
