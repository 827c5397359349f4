"""What the case file of a request keeps of its handling: whom it was sent to, what they did, and the copy by its hash.

Documents of a case are never changed: none of them holds what was found or searched for, which is erased in time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext, override

from vardkase.core.clock import today
from vardkase.hub.case_files.models import CaseFile, Direction
from vardkase.hub.case_files.queries import case_file_of
from vardkase.hub.case_files.services import file_document
from vardkase.hub.data_protection.requests.models import (
    AnsweredRight,
    ConcernedController,
    DataSubjectRequest,
)
from vardkase.hub.data_protection.requests.queries import counted_answers
from vardkase.hub.data_protection.requests.rules import REQUEST, cited, items_in_words, right_in_words
from vardkase.hub.data_protection.settings import KEPT_DAYS
from vardkase.identity.access.actor import Actor


def file_sent(actor: Actor, controller: ConcernedController) -> None:
    with override("sv"):
        day = controller.answer_by or controller.request.deadline
        lines = [
            *controller.request.right_labels,
            items_in_words(controller.items.count()),
            gettext("Answer by %(day)s.") % {"day": date_format(day, "j F Y")},
        ]
        title = gettext("Request to a controller")
        _file(actor, controller.request, Direction.OUTGOING, title, lines, controller.name)


def file_answer(actor: Actor, controller: ConcernedController) -> None:
    with override("sv"):
        lines = []
        for each in counted_answers(AnsweredRight.objects.filter(item__controller=controller)):
            parts = (cited(each.ground) if each.ground else "", " ".join(each.reason.split()))
            why = ". ".join(part for part in parts if part)
            done = f"{right_in_words(each.right)}: {each.outcome.label}, {items_in_words(each.count)}"
            lines.append(f"{done} ({why})" if why else done)
        if controller.recipients_told:
            lines.append(gettext("How recipients were told: %(how)s") % {"how": controller.recipients_told})
        title = gettext("Answer of a controller")
        # The hub owner's own answer has come from nobody.
        direction = Direction.INTERNAL if controller.is_hub_owner else Direction.INCOMING
        _file(actor, controller.request, direction, title, lines, controller.name)


def file_copy(
    actor: Actor, request: DataSubjectRequest, copy: bytes, counts: Sequence[tuple[str, int]]
) -> None:
    """`copy` as JSON: its PDF is made anew each time. `counts`: the items of each controller in it."""
    if not counts:
        return
    with override("sv"):
        until = today() + timedelta(days=KEPT_DAYS.value)
        lines = [
            *(f"{name}: {items_in_words(count)}" for name, count in counts),
            f"SHA-256 (JSON): {hashlib.sha256(copy).hexdigest()}",
            gettext("The copy is erased on %(day)s.") % {"day": date_format(until, "j F Y")},
        ]
        _file(actor, request, Direction.OUTGOING, gettext("Copy of personal data, given out"), lines, "")


def _file(
    actor: Actor,
    request: DataSubjectRequest,
    direction: Direction,
    title: str,
    lines: Sequence[str],
    counterpart: str,
) -> None:
    file_document(actor, _case_of(request), direction, title, "\n".join(lines), counterpart=counterpart)


def _case_of(request: DataSubjectRequest) -> CaseFile:
    """Every request has one from when it arrived."""
    found = case_file_of(REQUEST.kind, request.pk)
    if found is None:
        raise LookupError(f"no case of request {request.number}")
    return found
