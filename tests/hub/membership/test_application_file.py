"""An application is a case with a file from its submission."""

from __future__ import annotations

import re
from typing import Any

import time_machine

from tests.factories.applications import PHASE_2, applicant, make_application, staff
from tests.factories.seed import Seed
from tests.hub.membership.answers import answers
from vardkase.core.mail.models import OutgoingMail
from vardkase.hub.case_files import queries
from vardkase.hub.membership.applications.services import conversation, submission
from vardkase.identity.accounts.staff import StaffRole


def test_application_is_a_case_whose_file_keeps_no_private_link(seed: Seed, mail: Any) -> None:
    with time_machine.travel(PHASE_2, tick=True):
        draft = make_application(answers=answers(), email="anna@skogsby.example")
        application = submission.submit(applicant(draft), draft)
        conversation.write_message(
            applicant(application), application, "Här är planen.", [("plan.txt", b"Plan")]
        )
        conversation.write_message(
            staff(seed, StaffRole.MEMBERSHIP_OFFICER), application, "Bara mellan oss.", note=True
        )
    found = queries.case_file_of("application", application.pk)
    assert found is not None
    assert (found.number, found.party) == (application.number, application.organisation_name)
    form, receipt, message, plan = queries.documents_of(found)
    assert (form.direction, form.media_type) == ("incoming", "application/pdf")
    assert (message.text, bytes(plan.content)) == ("Här är planen.", b"Plan")
    assert "[privat, sparas inte]" in receipt.text
    sent = OutgoingMail.objects.filter(recipient="anna@skogsby.example").latest("pk")
    (link,) = set(re.findall(r"\S*/#\S+", sent.text))
    assert not any(link.rpartition("#")[2] in each.text for each in queries.documents_of(found))
