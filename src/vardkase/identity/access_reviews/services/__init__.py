"""Services for access reviews."""

from vardkase.identity.access_reviews.services.answers import answer_for, open_review
from vardkase.identity.access_reviews.services.daily import (
    close_overdue_reviews,
    open_due_reviews,
    remind_of_reviews,
    switch_off_idle_accounts,
)

__all__ = [
    "answer_for",
    "close_overdue_reviews",
    "open_due_reviews",
    "open_review",
    "remind_of_reviews",
    "switch_off_idle_accounts",
]
