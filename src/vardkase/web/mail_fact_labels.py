"""Placeholders of mail and letters, explained to the authors of their texts."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

FACTS: Mapping[str, str | Promise] = {
    "account": _("The account that the key belongs to"),
    "addresses": _("The addresses that the key is bound to"),
    "administrator": _("The account that administers the group"),
    "answer_by": _("The last day to answer"),
    "code": _("The enrolment code"),
    "complete_by": _("The last day to complete the application"),
    "appeal_period": _("The time limit for an appeal, by the sector of the organisation"),
    "contributions": _("What happens to what the member has contributed"),
    "count": _("How many events were read"),
    "court": _("The court that an appeal is addressed to"),
    "day": _("The day from which the decision applies, or until which the statement holds"),
    "days": _("Days left"),
    "decider": _("The officer who decided"),
    "decision": _("What was decided"),
    "event": _("The number of the event"),
    "expires": _("The last day of the link"),
    "from": _("Start"),
    "group": _("The name of the group"),
    "hub": _("The address of the hub"),
    "limit": _("Restrictions"),
    "link": _("The address where to continue; a private one in e-mail to applicants and members"),
    "name": _("Who it concerns"),
    "number": _("The number of the case"),
    "opening": _("When the phase opens, as a sentence"),
    "operator": _("The operator concerned"),
    "organisation": _("The name of the organisation"),
    "organisation_number": _("Its organisation number"),
    "person": _("The account that did it"),
    "phase": _("The phase that is waited for"),
    "proposer": _("The officer who proposed the decision"),
    "reason": _("Why"),
    "reasons": _("The reasons of the decision"),
    "received": _("The day the application came"),
    "recipient": _("Where the link was sent"),
    "request": _("What is requested"),
    "requester": _("Requester"),
    "sender": _("Who runs the hub"),
    "sender_address": _("Who runs the hub, and where letters reach them"),
    "service": _("Name of the service"),
    "steps": _("The parts of the form to complete"),
    "terms_link": _("The private address of the terms"),
    "terms_version": _("The version of the terms that applies"),
    "text": _("What was written"),
    "title": _("The heading"),
    "unmet": _("The criteria that are not met, each with its reason"),
    "until": _("End"),
    "version": _("The version of the terms"),
    "when": _("When it happened"),
}
