"""Acceptance of the terms by members and applicants, and publication of versions, which members are asked to accept."""
