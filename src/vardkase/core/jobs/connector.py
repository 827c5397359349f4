"""The worker's database connection."""

from __future__ import annotations

from procrastinate.connector import BaseAsyncConnector
from procrastinate.contrib.django import app


def worker_connector() -> BaseAsyncConnector:
    """The worker's own connections; jobs deferred from within a job use Django's connection, in the job's
    transaction.

    Over the worker's own connection, a job could run before the data it needs is committed, or although it
    was rolled back.
    """
    of_django = app.connector
    connector: BaseAsyncConnector = of_django.get_worker_connector()  # type: ignore[attr-defined]
    connector.get_sync_connector = of_django.get_sync_connector  # type: ignore[method-assign]
    return connector
