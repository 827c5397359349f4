"""Error texts: escaped as by MISP on MISP's endpoints, plain everywhere else."""

from __future__ import annotations

from tests.api.calls import call
from tests.factories.officers import officer
from tests.factories.seed import Seed

ODD = '2026-<i>O\'Neill & "Co"</i>'


def test_own_endpoints_do_not_escape_error_texts(seed: Seed) -> None:
    per = officer(seed)
    for controller in ("membershipApplications", "membershipAssessments"):
        status, body = call(per.key, "GET", f"/{controller}/view/{ODD.replace('/', '')}")
        assert status == 404
        assert "&" not in body["message"]
        assert "&quot;" not in body["url"]
        assert "&#039;" not in body["url"]
    for path in ("/membershipApplications/index", "/membershipTerms/unanswered", "/mispPolicies/nothing"):
        status, body = call(seed.stranger.key, "GET", path)
        assert status in (403, 404)
        assert "&#" not in body["message"]


def test_typographic_apostrophe_needs_no_escape(seed: Seed) -> None:
    status, body = call(seed.stranger.key, "GET", "/membershipPhases/index")
    assert (status, body["message"]) == (403, "This is for the hub’s own staff.")
