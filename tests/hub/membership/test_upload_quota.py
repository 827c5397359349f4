"""Uploads outside events are limited in bytes per day; removed files count too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.factories.applications import VISITOR, applicant
from tests.factories.memberships import at_the_screen, make_desk, member
from tests.factories.seed import Seed
from vardkase.core.errors import Invalid
from vardkase.core.settings.models import SettingValue
from vardkase.hub.membership.applications.services import conversation, drafting
from vardkase.hub.membership.statements import services as statements
from vardkase.hub.membership.statements.models import Evidence

pytestmark = pytest.mark.usefixtures("password_is_enough", "mail")

TEXT = b"a" * (9 * 1024 * 1024)
TOO_MUCH = "20 MiB"


@pytest.fixture(autouse=True)
def quota(settings: Any, tmp_path: Path, seed: Seed) -> None:
    settings.FILES_DIR = tmp_path
    SettingValue.objects.create(name="Vardkase.upload_mebibytes_a_day", value=20)


def test_removed_evidence_counts_against_quota(seed: Seed) -> None:
    desk = make_desk(seed)
    member(desk, seed.org_b, statement=False)
    administrator = at_the_screen(desk.admin)
    for _ in range(2):
        statements.add_evidence(administrator, "risk", "risk.txt", TEXT)
        statements.remove_evidence(administrator, Evidence.objects.get().pk)
    with pytest.raises(Invalid) as refused:
        statements.add_evidence(administrator, "risk", "risk.txt", TEXT)
    assert TOO_MUCH in str(refused.value.errors["file"][0])
    assert not Evidence.objects.exists()


def test_drafts_from_one_address_share_quota(seed: Seed) -> None:
    make_desk(seed)
    drafts = [drafting.begin(VISITOR, f"anna@org{n}.example")[0] for n in range(3)]
    for draft in drafts[:2]:
        conversation.add_evidence(applicant(draft), draft, "risk", [("risk.txt", TEXT)])
    with pytest.raises(Invalid) as refused:
        conversation.add_evidence(applicant(drafts[2]), drafts[2], "risk", [("risk.txt", TEXT)])
    assert TOO_MUCH in str(refused.value.errors["files"][0])
    assert not drafts[2].attachments.exists()
