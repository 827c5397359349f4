"""Phases: whom each admits and when, how officers change them, and their legal preconditions."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.utils import translation

from tests.factories.applications import BEFORE_ALL, PHASE_1, PHASE_2, staff
from tests.factories.seed import Seed
from tests.hub.membership import phase_approvals
from vardkase.audit.models import AuditEntry
from vardkase.core.errors import Forbidden, Invalid, NotFound
from vardkase.hub.membership.phases import queries, services
from vardkase.hub.membership.phases.hooks import phases_changed
from vardkase.hub.membership.phases.rules import PhaseProgress, PhaseTerms, admitting_phase, awaited_phase
from vardkase.hub.membership.sectors import Sector
from vardkase.identity.accounts.staff import StaffRole

LAW = "SFS 2026:417"
MARCH = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("now", "states"),
    [
        (BEFORE_ALL, ["closed", "closed", "closed"]),
        (PHASE_1, ["open", "closed", "closed"]),
        (PHASE_2, ["done", "open", "closed"]),
    ],
)
def test_states_of_launch_phases(db: None, now: datetime, states: list[str]) -> None:
    assert [phase.state for phase in queries.phases(now)] == states


@pytest.mark.parametrize(
    ("sector", "invited", "now", "admitted", "awaited"),
    [
        ("municipality", False, BEFORE_ALL, None, 2),
        ("municipality", False, PHASE_1, None, 2),
        ("municipality", True, PHASE_1, 1, 2),
        ("municipality", False, PHASE_2, 2, None),
        ("public_company", False, PHASE_2, 2, None),
        ("private_company", False, PHASE_2, None, 3),
        ("private_company", True, PHASE_1, None, 3),
        ("other", False, PHASE_2, None, 3),
    ],
)
def test_admission_by_sector_and_date(
    db: None, sector: str, invited: bool, now: datetime, admitted: int | None, awaited: int | None
) -> None:
    assert queries.admits(sector, invited=invited, now=now) == admitted
    assert queries.waits_for(sector, now) == awaited


def test_private_sector_waits_for_law(seed: Seed) -> None:
    third = queries.phases(PHASE_2)[2]
    assert (third.opened, third.waits_for) == (None, "Väntar på lagstöd")
    with translation.override("en"):
        assert queries.phases(PHASE_2)[2].waits_for == "Waiting for legal grounds"
    jurist = staff(seed, StaffRole.LEGAL_OFFICER)
    phase_approvals.record_in_force(seed, jurist, "offence_data", MARCH, LAW)
    assert queries.admits("private_company", invited=False, now=PHASE_2) == 3
    assert queries.is_in_force("offence_data", PHASE_2)
    assert queries.phases(PHASE_2)[2].opened == MARCH
    phase_approvals.revoke(seed, jurist, "offence_data", "Upphävd")
    assert queries.admits("private_company", invited=False, now=PHASE_2) is None
    assert queries.recorded_preconditions()["offence_data"].reference == LAW
    acts = list(
        AuditEntry.objects.filter(target_kind="precondition").order_by("pk").values_list("action", flat=True)
    )
    assert acts == ["precondition.in_force", "precondition.revoked"]


def test_law_in_force_tomorrow_does_not_open_phase_today(seed: Seed) -> None:
    phase_approvals.record_in_force(
        seed, staff(seed, StaffRole.LEGAL_OFFICER), "offence_data", PHASE_2.date() + timedelta(days=1), LAW
    )
    assert queries.admits("private_company", invited=False, now=PHASE_2) is None
    assert queries.admits("private_company", invited=False, now=PHASE_2 + timedelta(days=1)) == 3


def test_only_legal_officer_records_precondition(seed: Seed) -> None:
    for actor in (staff(seed), seed.site_admin.actor, seed.analyst.actor):
        with pytest.raises(Forbidden):
            services.propose_in_force(actor, "offence_data", MARCH, LAW)
        with pytest.raises(Forbidden):
            services.propose_revoking(actor, "offence_data", "Upphävd")
    jurist = staff(seed, StaffRole.LEGAL_OFFICER)
    with pytest.raises(NotFound):
        services.propose_in_force(jurist, "gravity", MARCH, LAW)
    for reference in ("", " ", "x" * 301, "\0"):
        with pytest.raises(Invalid):
            services.propose_in_force(jurist, "offence_data", MARCH, reference)


def test_officer_changes_phase(seed: Seed, monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[None] = []
    monkeypatch.setattr(phases_changed, "_listeners", [*phases_changed._listeners, found.append])
    officer = staff(seed)
    phase_approvals.change_phase(seed, officer, 2, {"opens": "2026-04-01", "sectors": ["region"]})
    assert queries.admits("municipality", invited=False, now=PHASE_2) is None
    entry = AuditEntry.objects.get(action="phase.changed")
    assert entry.change["opens"] == ["2026-02-23", "2026-04-01"]
    assert entry.change["sectors"][1] == ["region"]
    assert len(found) == 1
    with pytest.raises(Invalid):
        services.propose_change(officer, 2, {"opens": "2026-04-01"}, "Again.")
    assert AuditEntry.objects.filter(action="phase.changed").count() == 1


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"opens": "soon"}, "opens"),
        ({"opens": "2026-05-01", "closes": "2026-05-01"}, "closes"),
        ({"sectors": ["kingdom"]}, "sectors"),
        ({"preconditions": ["gravity"]}, "preconditions"),
        ({"title_sv": ""}, "title_sv"),
        ({"title_en": "x" * 101}, "title_en"),
        ({"text_sv": "\0"}, "text_sv"),
    ],
)
def test_invalid_phase_change_is_refused_by_field(seed: Seed, data: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        services.propose_change(staff(seed), 2, data, "Skäl.")
    assert field in refused.value.errors
    assert queries.find_phase(2).pk is None


def test_other_roles_cannot_change_phase(seed: Seed) -> None:
    for actor in (seed.site_admin.actor, seed.analyst.actor, staff(seed, StaffRole.ANALYST)):
        with pytest.raises(Forbidden):
            services.propose_change(actor, 2, {"opens": None}, "Skäl.")


def test_phase_terms_state_and_admission() -> None:
    public = PhaseTerms(2, MARCH, None, frozenset({Sector.REGION}))
    later = replace(public, number=4, opens=date(2026, 6, 1))
    assert public.state(MARCH - timedelta(days=1)) is PhaseProgress.CLOSED
    assert public.state(MARCH) is PhaseProgress.OPEN
    assert (
        replace(public, closes=MARCH + timedelta(days=1)).state(MARCH + timedelta(days=1))
        is PhaseProgress.DONE
    )
    assert replace(public, opens=None).state(date(2099, 1, 1)) is PhaseProgress.CLOSED
    assert admitting_phase([later, public], "region", invited=False, day=date(2026, 7, 1)) == 2
    assert awaited_phase([later], "region", MARCH) == 4
    assert awaited_phase([later], "municipality", MARCH) is None
