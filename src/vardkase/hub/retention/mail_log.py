"""The texts of the delivery log go after a period; recipient, subject and time stay.

What was filed in a case has its text there, and goes with the case.
"""

from __future__ import annotations

from datetime import time

from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.schedules import Interval, Schedule
from vardkase.core.settings import Setting
from vardkase.core.settings.problems import SettingProblem
from vardkase.core.sql import cursor
from vardkase.hub.data_protection.requests.models import FoundItemKind
from vardkase.hub.retention.holds import PARAMETERS

MOST_DAYS = 3650
DAYS = Setting(
    "Vardkase.mail_text_days",
    730,
    _(
        "Days after which the text of an e-mail is removed from the delivery log; recipient, subject and time stay. "
        "An authority needs a decision on disposal for this (10 § arkivlagen). 0: never."
    ),
    level=2,
    check=lambda days: (
        None if 0 <= days <= MOST_DAYS else SettingProblem.NOT_BETWEEN(least=0, most=MOST_DAYS)
    ),
    changed_by=ChangedBy.OFFICERS,
)
# A text that a request from a data subject has found stays while it is handled or restricted (article 18).
EMPTY = """
UPDATE sent_mail m SET text = ''
WHERE m.text <> '' AND m.at < now() - make_interval(days => %(days)s) AND NOT EXISTS (
    SELECT 1 FROM data_request_item i
    JOIN data_request_controller o ON o.id = i.controller_id JOIN data_subject_request q ON q.id = o.request_id
    WHERE i.kind = %(kind)s AND i.part_id = m.id AND (NOT q.state = ANY(%(requests_ended)s::text[]) OR EXISTS (
        SELECT 1 FROM data_request_answer a WHERE a.item_id = i.id AND a.outcome = %(restricted)s)))
"""


def empty_texts() -> int:
    """Returns how many texts were removed."""
    if not DAYS.value:
        return 0
    held = {name: PARAMETERS[name] for name in ("requests_ended", "restricted")}
    parameters = {"days": DAYS.value, "kind": FoundItemKind.SENT_MAIL.value, **held}
    return cursor().execute(EMPTY, parameters).rowcount


EMPTY_TEXTS = Schedule(
    "retention.empty_mail_texts",
    _("Remove old texts from the delivery log"),
    _("Removes the texts of e-mails that are older than the period in the settings."),
    empty_texts,
    Interval.DAILY,
    time(3, 40),
    on=True,
    changed_by=ChangedBy.OFFICERS,
)
