"""What the worker logs when a job fails."""

from __future__ import annotations

import logging
from io import StringIO

import pytest
from django.conf import settings

from vardkase.core.jobs import ExpectedFailures
from vardkase.exchange.errors import OutgoingFailed

FORESEEN = OutgoingFailed("feeds.example could not be reached: 100%")


@pytest.mark.parametrize(("error", "traced"), [(FORESEEN, False), (KeyError("x"), True)])
def test_expected_failures_log_one_line_and_others_a_traceback(error: Exception, traced: bool) -> None:
    assert settings.LOGGING["handlers"]["stderr"]["filters"] == ["expected", "routes", "origin"]
    out = StringIO()
    handler = logging.StreamHandler(out)
    handler.addFilter(ExpectedFailures())
    logger = logging.getLogger("vardkase.test_jobs")
    logger.addHandler(handler)
    logger.propagate = False
    try:
        raise error
    except (OutgoingFailed, KeyError):
        logger.exception("Job %s ended", "feeds.fetch")
    written = out.getvalue()
    assert getattr(error, "wire", str(error)) in written
    assert ("Traceback" in written, len(written.splitlines()) > 1) == (traced, traced)
