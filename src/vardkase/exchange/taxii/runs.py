"""Progress of runs to and from external TAXII servers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.utils import timezone

from vardkase.core.jobs.progress import in_words
from vardkase.exchange.taxii.ingest import IngestResult
from vardkase.exchange.taxii.models import Run, TaxiiDirection, TaxiiServer

REASONS = 20
"""Refusals that are kept in words."""


@contextmanager
def running(server: TaxiiServer, direction: TaxiiDirection) -> Iterator[Run]:
    run = Run.objects.create(server=server, direction=direction)
    try:
        yield run
    except BaseException as fault:
        run.fault = in_words(fault)
        raise
    finally:
        run.ended = timezone.now()
        run.save()


def note(run: Run, outcomes: Iterable[IngestResult]) -> None:
    for each in outcomes:
        if each.stored:
            continue
        run.refused += 1
        if len(run.reasons) < REASONS:
            run.reasons.append(f"{each.stix_id}: {each.message}")
