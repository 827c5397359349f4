"""Who reads a case file, and who may not handle it. Packages above register it for their kinds of case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from vardkase.core.errors import Conflict, Forbidden, NotFound
from vardkase.core.problems import Problem
from vardkase.hub.case_files.models import CaseFile, CaseKind
from vardkase.hub.case_files.problems import CaseFileProblem
from vardkase.hub.correspondence.models import Letter
from vardkase.hub.correspondence.templates import EDITORS
from vardkase.hub.lifecycle import NotImpartial
from vardkase.identity.access.actor import Actor

ALL, NONE = Q(), Q(pk__in=())


def all_for_officers(actor: Actor) -> Q:
    return NONE if actor.staff.isdisjoint(EDITORS) else ALL


@dataclass(frozen=True, slots=True)
class CaseAccess:
    """For one kind of case: which files the actor reads, whether they may file in one of those, and why they are
    excluded from handling it. `while_suspended`: also while their organisation may only read or is suspended."""

    readable: Callable[[Actor], Q] = all_for_officers
    may_file: Callable[[Actor, CaseFile], bool] = lambda _actor, _case_file: True
    conflict: Callable[[Actor, CaseFile], Problem | None] = lambda _actor, _case_file: None
    while_suspended: bool = False


_access: dict[str, CaseAccess] = {}
BY_DEFAULT = CaseAccess()


def register_case_access(kind: CaseKind, access: CaseAccess) -> None:
    _access[kind] = access


def readable(actor: Actor) -> QuerySet[CaseFile]:
    """The case files that the actor may read, of all kinds."""
    rule = NONE
    for kind in CaseKind:
        rule |= Q(kind=kind) & _access.get(kind, BY_DEFAULT).readable(actor)
    return CaseFile.objects.filter(rule)


def conflict_in(actor: Actor, case_file: CaseFile) -> Problem | None:
    return _access.get(case_file.kind, BY_DEFAULT).conflict(actor, case_file)


def may_handle(actor: Actor, case_file: CaseFile) -> bool:
    """Whether the actor may file documents and act in a case that they may read."""
    access = _access.get(case_file.kind, BY_DEFAULT)
    return access.may_file(actor, case_file) and access.conflict(actor, case_file) is None


def require_handler(actor: Actor, case_file: CaseFile) -> None:
    """Raise NotFound unless the actor may read the file, and Forbidden or NotImpartial unless they may act in it."""
    access = _access.get(case_file.kind, BY_DEFAULT)
    actor.require_own_affairs() if access.while_suspended else actor.require_writing()
    if not readable(actor).filter(pk=case_file.pk).exists():
        raise NotFound(CaseFileProblem.NO_SUCH_CASE_FILE())
    if not access.may_file(actor, case_file):
        raise Forbidden
    if reason := access.conflict(actor, case_file):
        raise NotImpartial(reason)


def require_handler_of_letter(actor: Actor, letter: Letter, *, is_filed: bool) -> None:
    """As `require_handler`, for the latest case about the same thing, if it has one. With `is_filed`, raises Conflict
    if it is closed, since nothing could be filed in it."""
    case_file = _case_file_of_letter(letter)
    if case_file is None:
        return
    require_handler(actor, case_file)
    if is_filed and not case_file.is_open:
        raise Conflict(CaseFileProblem.CLOSED())


def handles_letter(actor: Actor, letter: Letter) -> bool:
    case_file = _case_file_of_letter(letter)
    if case_file is None:
        return True
    return readable(actor).filter(pk=case_file.pk).exists() and may_handle(actor, case_file)


def _case_file_of_letter(letter: Letter) -> CaseFile | None:
    cases = CaseFile.objects.filter(thing_kind=letter.thing_kind, thing_id=letter.thing_id)
    # PostgreSQL has null, which is an open case, first in descending order.
    return cases.order_by("-closed_at", "-pk").first()
