"""Settings for the lifetime of API keys, and for when credentials set by another person count for decisions."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.settings import Setting
from vardkase.core.settings.problems import SettingProblem

LONGEST_KEY = Setting(
    "Vardkase.longest_key_days",
    365,
    _(
        "For how many days at most a key of a synchronising account holds, where the organisation asks for bound keys."
    ),
    check=lambda days: None if 1 <= days <= 3650 else SettingProblem.NOT_DAYS(least=1, most=3650),
    changed_by=ChangedBy.OFFICERS,
    opens_way_in=True,
)


CREDENTIAL_WAITING_DAYS = Setting(
    "Vardkase.credential_waiting_days",
    3,
    _(
        "For how many days an account cannot take part in decisions that need two people after somebody else has set "
        "its password, second factor, e-mail address or key."
    ),
    check=lambda days: None if 1 <= days <= 90 else SettingProblem.NOT_DAYS(least=1, most=90),
    changed_by=ChangedBy.OFFICERS,
    opens_way_in=True,
)

DISABLE_USER_ADD = Setting(
    "MISP.disable_user_add",
    False,
    _("Only site administrators add accounts, not an organisation's own administrators."),
    changed_by=ChangedBy.SITE_ADMIN,
    opens_way_in=True,
)
DISABLE_LOGIN_CHANGE = Setting(
    "MISP.disable_user_login_change",
    False,
    _("Only site administrators change the e-mail address of an account."),
    changed_by=ChangedBy.SITE_ADMIN,
    opens_way_in=True,
)
DISABLE_PASSWORD_CHANGE = Setting(
    "MISP.disable_user_password_change",
    False,
    _(
        "Nobody but a site administrator changes a password, except a one-time password that has to be replaced."
    ),
    changed_by=ChangedBy.SITE_ADMIN,
    opens_way_in=True,
)
