"""Correspondence about memberships and cases: officers' versions of its texts, the log of mail, and letters."""
