"""Settings for mail about published events; users choose themselves whether they receive it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.problems import Problem
from vardkase.core.settings import Setting
from vardkase.core.settings.problems import SettingProblem


def negative_problem(number: int) -> Problem | None:
    return None if number >= 0 else SettingProblem.NEGATIVE()


METADATA_ONLY = Setting(
    "MISP.event_alert_metadata_only",
    False,
    _("Leave attributes out of mail about published events, even when it is encrypted."),
    changed_by=ChangedBy.OFFICERS,
)
SUMMARY_ONLY = Setting(
    "MISP.publish_alerts_summary_only",
    False,
    _("Send no mail about single events to people who have chosen daily, weekly or monthly summaries."),
    level=2,
    changed_by=ChangedBy.OFFICERS,
)
EXTENDED_SUBJECT = Setting(
    "MISP.extended_alert_subject",
    False,
    _(
        "Put the event’s title in the subject of mail that is not encrypted. Other mail has it "
        "in the text only."
    ),
    changed_by=ChangedBy.SITE_ADMIN,
)
SUBJECT_TAG = Setting(
    "MISP.email_subject_tag",
    "tlp",
    _("The beginning of the tag of an event that is shown in the subject."),
    level=2,
    changed_by=ChangedBy.SITE_ADMIN,
)
SUBJECT_TAG_NAME = Setting(
    "MISP.email_subject_include_tag_name",
    True,
    _("Write the whole tag in the subject (tlp:amber), and not only its value (amber)."),
    level=2,
    changed_by=ChangedBy.SITE_ADMIN,
)
SUBJECT_WITHOUT_TAG = Setting(
    "MISP.email_subject_TLP_string",
    "tlp:amber",
    _("What the subject contains if the event has no such tag."),
    level=2,
    changed_by=ChangedBy.SITE_ADMIN,
)
BLOCK_BY_TAG = Setting(
    "MISP.block_event_alert",
    False,
    _("Send no mail about an event with the tag MISP.block_event_alert_tag."),
    changed_by=ChangedBy.SITE_ADMIN,
)
BLOCKING_TAG = Setting(
    "MISP.block_event_alert_tag",
    'no-alerts="true"',
    _("The tag that keeps mail back."),
    level=2,
    changed_by=ChangedBy.SITE_ADMIN,
)
BLOCK_OLD = Setting(
    "MISP.block_old_event_alert",
    False,
    _("Send no mail about old events."),
    changed_by=ChangedBy.SITE_ADMIN,
)
OLD_BY_CHANGE = Setting(
    "MISP.block_old_event_alert_age",
    0,
    _("An event counts as old this many days after its last change; 0: never."),
    level=2,
    check=negative_problem,
    changed_by=ChangedBy.SITE_ADMIN,
)
OLD_BY_DATE = Setting(
    "MISP.block_old_event_alert_by_date",
    0,
    _("An event counts as old this many days after its date; 0: never."),
    level=2,
    check=negative_problem,
    changed_by=ChangedBy.SITE_ADMIN,
)
REPUBLISH_BAN = Setting(
    "MISP.event_alert_republish_ban",
    False,
    _("Send no mail about an event if some was sent recently."),
    changed_by=ChangedBy.SITE_ADMIN,
)
REPUBLISH_MINUTES = Setting(
    "MISP.event_alert_republish_ban_threshold",
    5,
    _("How many minutes count as recently."),
    level=2,
    check=negative_problem,
    changed_by=ChangedBy.SITE_ADMIN,
)
USER_BAN = Setting(
    "MISP.user_email_notification_ban",
    False,
    _("Limit how many messages about events a person gets in a period."),
    changed_by=ChangedBy.SITE_ADMIN,
)
USER_BAN_MINUTES = Setting(
    "MISP.user_email_notification_ban_time_threshold",
    60,
    _("Length of the period, in minutes."),
    level=2,
    check=negative_problem,
    changed_by=ChangedBy.SITE_ADMIN,
)
USER_BAN_AMOUNT = Setting(
    "MISP.user_email_notification_ban_amount_threshold",
    10,
    _("How many messages a person may get in that period."),
    level=2,
    check=negative_problem,
    changed_by=ChangedBy.SITE_ADMIN,
)
ORGANISATION_THRESHOLD = Setting(
    "MISP.org_alert_threshold",
    0,
    _("How many events from one creator organisation may be mailed about per hour, roughly; 0: no limit."),
    level=2,
    check=negative_problem,
    changed_by=ChangedBy.SITE_ADMIN,
)


@dataclass(frozen=True, slots=True)
class Subject:
    extended: bool
    tag: str
    whole_tag: bool
    without_tag: str

    @classmethod
    def now(cls) -> Subject:
        return cls(
            EXTENDED_SUBJECT.value, SUBJECT_TAG.value, SUBJECT_TAG_NAME.value, SUBJECT_WITHOUT_TAG.value
        )
