"""A mail sent at once to try the mail server."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext

from vardkase.audit.services import Target, record
from vardkase.core.errors import Conflict, InvalidValue
from vardkase.core.mail import smtp
from vardkase.core.mail.models import OutgoingMail
from vardkase.core.mail.problems import OutgoingMailProblem
from vardkase.core.mail.services import can_send
from vardkase.hub.audit_actions import HubAction
from vardkase.hub.instance.problems import InstanceProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission


def send_trial_mail(actor: Actor, recipient: str) -> None:
    """Raises InvalidValue, Conflict without a mail server, MailDelayed and MailRefused with what the server said."""
    actor.require_writing(Permission.SITE_ADMIN)
    try:
        validate_email(recipient)
    except ValidationError:
        raise InvalidValue(InstanceProblem.NO_EMAIL_ADDRESS()) from None
    if not can_send():
        raise Conflict(OutgoingMailProblem.NO_MAIL_SERVER())
    subject = gettext("Test of the hub’s e-mail")
    text = gettext("This was sent to test that the hub can send e-mail. You do not have to do anything.")
    smtp.send(OutgoingMail(recipient=recipient, subject=subject, text=text))
    record(actor, HubAction.MAIL_TRIED, Target("mail_server"))
