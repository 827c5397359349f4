"""How a browser keeps the private link of an applicant: names that the gates and the pages share."""

from __future__ import annotations

LINK_COOKIE = "vardkase_application"
INVITATION_COOKIE = "vardkase_invitation"
COOKIE_PATH = "/apply/"
