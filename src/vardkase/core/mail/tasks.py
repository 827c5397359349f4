"""Background delivery of queued mail. Jobs refer to the row: addresses and texts stay out of the queue."""

from __future__ import annotations

from django.db import transaction
from procrastinate import JobContext
from procrastinate.contrib.django import app

from vardkase.core.errors import VardkaseError
from vardkase.core.jobs.retrying import JobRetry
from vardkase.core.mail.hooks import MailEnded, MailSettled, mail_ended, mail_settled
from vardkase.core.mail.models import OutgoingMail
from vardkase.core.mail.smtp import MailDelayed, MailRefused, send
from vardkase.core.problems import stored
from vardkase.core.retries import MAIL
from vardkase.core.telemetry.metrics import MAILS


@app.task(name="mail.deliver", pass_context=True, retry=JobRetry(MAIL, after=(MailDelayed,)))
def deliver(context: JobContext, mail_id: int) -> None:
    """Send one mail and delete it; the job fails if the server rejects it, or is unreachable for six hours."""
    mail = OutgoingMail.objects.filter(pk=mail_id).first()
    if mail is None:
        return
    try:
        send(mail)
    except MailRefused as refused:
        MAILS.labels("refused").inc()
        _forget(mail, refused)
        raise
    except MailDelayed as delayed:
        MAILS.labels("deferred").inc()
        if MAIL.delay(context.job.attempts + 1) is None:
            _forget(mail, delayed)
        raise
    MAILS.labels("sent").inc()
    _forget(mail)


@transaction.atomic
def _forget(mail: OutgoingMail, error: VardkaseError | None = None) -> None:
    fault = stored(error.problem) if error and error.problem else ""
    mail.delete()
    mail_ended.emit(MailEnded(mail.recipient, fault))
    if mail.about is not None:
        mail_settled.emit(MailSettled(mail.about, fault))
