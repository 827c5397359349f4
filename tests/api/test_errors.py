"""Texts of errors: as MISP escapes them where MISP has the endpoint, and as they are everywhere else."""

from __future__ import annotations

from tests.api.calls import call
from tests.factories.officers import officer
from tests.factories.seed import Seed

ODD = '2026-<i>O\'Neill & "Co"</i>'


def test_no_entity_stands_in_a_text_of_an_endpoint_of_ours(seed: Seed) -> None:
    per = officer(seed)
    for controller in ("membershipApplications", "membershipAssessments"):
        status, told = call(per.key, "GET", f"/{controller}/view/{ODD.replace('/', '')}")
        assert status == 404
        assert "&" not in told["message"]
        assert "&quot;" not in told["url"]
        assert "&#039;" not in told["url"]
    for path in ("/membershipApplications/index", "/membershipTerms/unanswered", "/mispPolicies/nothing"):
        status, told = call(seed.stranger.key, "GET", path)
        assert status in (403, 404)
        assert "&#" not in told["message"]


def test_our_own_sentences_need_no_escape_on_misps_endpoints(seed: Seed) -> None:
    status, told = call(seed.stranger.key, "GET", "/membershipPhases/index")
    assert (status, told["message"]) == (403, "This is for the hub’s own staff.")
