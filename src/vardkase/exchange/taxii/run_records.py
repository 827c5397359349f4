"""Progress of runs to and from external TAXII servers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.utils import timezone

from vardkase.core.jobs.problems import problem_of
from vardkase.core.problems import stored
from vardkase.exchange.taxii.ingest import IngestResult
from vardkase.exchange.taxii.models import Run, TaxiiDirection, TaxiiServer
from vardkase.exchange.taxii.problems import StixObjectProblem

REASONS = 20
"""Refusals whose problems are kept."""


@contextmanager
def running(server: TaxiiServer, direction: TaxiiDirection) -> Iterator[Run]:
    run = Run.objects.create(server=server, direction=direction)
    try:
        yield run
    # An aborted job too: its run must not seem to go on.
    except BaseException as fault:
        run.fault = stored(problem_of(fault))
        raise
    finally:
        run.ended = timezone.now()
        run.save()


def note(run: Run, outcomes: Iterable[IngestResult]) -> None:
    for outcome in outcomes:
        if outcome.stored:
            continue
        run.refused += 1
        if len(run.reasons) < REASONS:
            problem = StixObjectProblem.OF_OBJECT(id=outcome.stix_id, reason=outcome.message or "")
            run.reasons.append(stored(problem))
