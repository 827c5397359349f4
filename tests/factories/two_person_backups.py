"""Two-person actions on backups."""

from __future__ import annotations

from collections.abc import Callable

from tests.factories.two_person_setup import WHY, People, Setup
from vardkase.hub.backups.models import BackupRecipient
from vardkase.hub.backups.recipients import propose_recipients

KEY = "age1p8zqwxu6pufjffleh2vpqmj2u67ss7jg0az4uz7gyht20nvl59ksfc8nn4"
LINE = f"Registrator {KEY}"


def recipients(people: People) -> Setup:
    return people.by_officers(
        lambda who: propose_recipients(who, LINE, WHY),
        lambda: list(BackupRecipient.objects.values_list("name", "key")),
        page=("/backups/recipients/", {"recipients": LINE, "reason": WHY}),
    )


BACKUP_SCENES: dict[str, Callable[[People], Setup]] = {"change_backup_recipients": recipients}
