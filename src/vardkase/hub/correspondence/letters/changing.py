"""Changing texts of mail and letters requires two officers, for letters one legal officer. Sections of
decisions, such as the appeal instructions, are changed separately.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from vardkase.audit.services import record
from vardkase.core.errors import Invalid
from vardkase.core.mail.kinds import MailKind
from vardkase.core.mail.models import MailTemplate
from vardkase.core.mail.texts import texts
from vardkase.core.sql import cursor
from vardkase.hub.audit_actions import HubAction
from vardkase.hub.correspondence.problems import MailTextProblem
from vardkase.hub.correspondence.templates import (
    add_version,
    checked_text,
    kind_of,
    require_editor,
    target_of,
)
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.four_eyes.legal import lacks_legal_officer
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.four_eyes.parties import OFFICERS, Party
from vardkase.identity.accounts.four_eyes.registry import (
    ActionDescription,
    Approval,
    ApprovalAction,
)
from vardkase.identity.accounts.four_eyes.services import propose

ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"


@transaction.atomic
def propose_text(
    actor: Actor, kind: MailKind, language: str, subject: str, body: str, reason: str
) -> ApprovalRequest:
    """Propose a text for a mail, a letter, or the section on appeals. Raises Forbidden, Conflict, Invalid."""
    require_editor(actor, language)
    subject, body = checked_text(kind, language, subject, body)
    now = texts(kind, [language])[language]
    if (now.subject, now.body) == (subject, body):
        raise Invalid({"body": [MailTextProblem.NOTHING_TO_CHANGE()]})
    return _propose(actor, kind, language, {"subject": subject, "body": body}, reason)


@transaction.atomic
def propose_standard(actor: Actor, kind: MailKind, language: str, reason: str) -> ApprovalRequest:
    """Propose a return to the standard text. Raises as `propose_text`."""
    require_editor(actor, language)
    if texts(kind, [language])[language].is_standard:
        raise Invalid({"body": [MailTextProblem.NOTHING_TO_CHANGE()]})
    return _propose(actor, kind, language, {"standard": True}, reason)


def _propose(
    actor: Actor, kind: MailKind, language: str, parameters: dict[str, Any], reason: str
) -> ApprovalRequest:
    action = CHANGE_APPEAL if kind.is_section else CHANGE_LETTER if kind.is_letter else CHANGE_MAIL
    title = f"{texts(kind, [language])[language].subject} ({language})"
    return propose(
        actor, action, f"{kind.name}/{language}", title=title, parameters=parameters, reason=reason
    )


def _subject(request: ApprovalRequest) -> tuple[MailKind, str]:
    name, _, language = request.subject.partition("/")
    return kind_of(name), language


def text_title(request: ApprovalRequest) -> str:
    """What the text is about, in the reader's language, and in which language it is written."""
    kind, language = _subject(request)
    about = kind.texts[get_language() or ""].subject if get_language() in kind.texts else request.title
    return f"{about} ({gettext(str(dict(settings.LANGUAGES).get(language, language)))})"


def describe_text(request: ApprovalRequest) -> ActionDescription:
    kind, language = _subject(request)
    given = request.parameters
    standard = {"subject": kind.texts[language].subject, "body": kind.texts[language].body}
    new = standard if given.get("standard") else given
    return ActionDescription(
        gettext("From now on, the text is used in every e-mail or letter of this kind."),
        (
            (gettext("Heading"), f"{request.subject_state.get('subject', '')} → {new['subject']}"),
            (gettext("Current text"), str(request.subject_state.get("body", ""))),
            (gettext("Proposed text"), str(new["body"])),
        ),
        f"/mail/{kind.name}/{language}/",
    )


def text_fingerprint(request: ApprovalRequest) -> dict[str, Any]:
    kind, language = _subject(request)
    # A text that was never changed has no row to lock.
    cursor().execute(ONE_AT_A_TIME, (f"letter text {request.subject}",))
    text = texts(kind, [language])[language]
    return {"version": text.version, "subject": text.subject, "body": text.body}


def _change_text(approval: Approval) -> MailTemplate:
    approval.for_action(CHANGE_MAIL, CHANGE_LETTER, CHANGE_APPEAL)
    kind, language = _subject(approval.request)
    is_standard = bool(approval.parameters.get("standard"))
    words = {} if is_standard else {name: approval.parameters[name] for name in ("subject", "body")}
    stored = add_version(approval.actor, kind, language, is_standard=is_standard, **words)
    act = HubAction.MAIL_TEMPLATE_RESET if is_standard else HubAction.MAIL_TEMPLATE_CHANGED
    change = {"version": stored.version, "proposed_by": approval.request.proposed_by_name}
    record(approval.actor, act, target_of(kind, stored), change)
    return stored


_of_a_text = partial(
    ApprovalAction,
    approve=OFFICERS,
    describe=describe_text,
    fingerprint=text_fingerprint,
    execute=_change_text,
    subject_title=text_title,
)
CHANGE_MAIL = _of_a_text(
    name="change_mail_text",
    title=_("Change the text of an e-mail"),
    propose=OFFICERS,
)
CHANGE_LETTER = _of_a_text(
    name="change_letter_text",
    title=_("Change the text of a letter"),
    propose=OFFICERS,
    conflict=lacks_legal_officer,
)
CHANGE_APPEAL = _of_a_text(
    name="change_appeal_text",
    title=_("Change a section of decisions"),
    propose=frozenset({Party.LEGAL_OFFICER}),
)
