"""Storage of an applicant's private link in the browser: names shared by middleware and pages."""

from __future__ import annotations

from vardkase.web.private_links import PrivateLink

COOKIE_PATH = "/apply/"
OWN_LINK = PrivateLink("apply_link", "apply_resume", "vardkase_application", COOKIE_PATH, days=90)
INVITATION = PrivateLink("apply_invited", "apply", "vardkase_invitation", COOKIE_PATH, days=90)
