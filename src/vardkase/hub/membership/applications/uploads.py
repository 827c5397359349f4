"""How many bytes of files may be uploaded in a day outside of events: evidence, and files of applications.

Numbers of files and their sizes are limited where they are kept. What was taken away again, or belongs to a draft that
was forgotten, stays on the disk until unused files are removed: this bounds it.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.errors import Invalid
from vardkase.core.limits import Limit
from vardkase.core.settings import Setting
from vardkase.core.settings.problems import SettingProblem
from vardkase.hub.membership.applications.problems import ApplicationProblem

KIBIBYTE = 1024
DAY = 24 * 3600
DAILY = Setting(
    "Vardkase.upload_mebibytes_a_day",
    1000,
    _(
        "How many mebibytes of files one organisation, one application and one network address may upload in a day "
        "outside of events: evidence of security statements, and files of applications."
    ),
    check=lambda size: None if 20 <= size <= 100_000 else SettingProblem.NOT_BETWEEN(least=20, most=100000),
    changed_by=ChangedBy.OPERATOR,
)


def count_uploads(owner: str, size: int, field: str) -> None:
    """Count `size` bytes that `owner` ("organisation 5") uploads today; raises Invalid under `field` over the quota."""
    allowed = DAILY.value
    # Rounded up, so that many small files count as well.
    usage = Limit("uploads (KiB)", allowed * 1024, DAY).spend(owner, -(-size // KIBIBYTE))
    if usage.is_exceeded:
        hours = -(-usage.wait // 3600)
        raise Invalid({field: [ApplicationProblem.UPLOAD_QUOTA(size=allowed, hours=hours)]})
