"""How the worker reaches the database."""

from __future__ import annotations

from procrastinate.connector import BaseAsyncConnector
from procrastinate.contrib.django import app


def worker_connector() -> BaseAsyncConnector:
    """The worker's own connections; but what a job orders is put down over Django's, in the job's own transaction.

    Over the worker's, an order could be carried out before that which it is about is stored, or although it was undone.
    """
    of_django = app.connector
    found: BaseAsyncConnector = of_django.get_worker_connector()  # type: ignore[attr-defined]
    found.get_sync_connector = of_django.get_sync_connector  # type: ignore[method-assign]
    return found
