"""Texts of mail and letters, sent mail, and officers' signatures."""
