"""Audit entries for mail: recipients and delivery status, never the content."""

from __future__ import annotations

from dataclasses import dataclass

from vardkase.audit.actions import MailAction
from vardkase.audit.repeat_suppression import RepeatSuppressor
from vardkase.audit.services import Target, record
from vardkase.core.mail.hooks import MailEnded
from vardkase.core.problems import stored_wire

MOST_ROWS = 120
"""Entries a minute: the mails of one publication may go to thousands."""

mails = RepeatSuppressor("mails", rows=MOST_ROWS)


@dataclass(frozen=True, slots=True)
class _HubActor:
    """The hub itself as the sender of mails, as an `AuditActor`."""

    user_id: int | None = None
    name: str = ""
    organisation_id: int = 0
    credential_name: str = "job"
    address: str | None = None


def note_mail(ended: MailEnded) -> None:
    """Record that a mail was sent or failed, in the transaction that removes it from the queue."""
    action = MailAction.MAIL_FAILED if ended.fault else MailAction.MAIL_SENT
    key, times = mails.count(f"{action} {ended.recipient}")
    if not times:
        return
    # The recipient is left out where the entry stands for the mails of several.
    change: dict[str, object] = {"times": times} if times > 1 else {}
    if ended.fault and key is not None:
        change["reason"] = stored_wire(ended.fault)[:500]
    record(_HubActor(), action, Target("mail", title=ended.recipient if key is not None else ""), change)
