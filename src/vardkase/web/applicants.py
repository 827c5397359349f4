"""How a browser keeps the private link of an applicant: names that the gates and the pages share."""

from __future__ import annotations

from vardkase.web.private_links import PrivateLink

COOKIE_PATH = "/apply/"
OWN_LINK = PrivateLink("apply_link", "apply_resume", "vardkase_application", COOKIE_PATH, days=90)
INVITATION = PrivateLink("apply_invited", "apply", "vardkase_invitation", COOKIE_PATH, days=90)
