"""Traces for a collector that speaks OTLP (`VARDKASE_OTLP_ENDPOINT`); without one, spans cost a comparison.

The library belongs to the extra `traces`, and is loaded only where traces are sent. Attributes hold names from the code
and numbers, never what people write or search for.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from django.conf import settings

type Attributes = Mapping[str, str | int]

_tracer: Any = None
_provider: Any = None
_process = 0


def span(name: str, attributes: Attributes) -> AbstractContextManager[None]:
    if not settings.VARDKASE_OTLP_ENDPOINT:
        return nullcontext()
    return _recorded(name, attributes)


def outgoing_headers() -> dict[str, str]:
    """The W3C `traceparent` of the current span, for another system that traces as well."""
    headers: dict[str, str] = {}
    if settings.VARDKASE_OTLP_ENDPOINT:
        from opentelemetry.propagate import inject  # noqa: PLC0415 - an extra

        inject(headers)
    return headers


@contextmanager
def _recorded(name: str, attributes: Attributes) -> Iterator[None]:
    # The text of an exception may hold content: its kind is enough.
    with _of_this_process().start_as_current_span(
        name, attributes=dict(attributes), record_exception=False, set_status_on_exception=False
    ) as recorded:
        try:
            yield
        except Exception as fault:
            recorded.set_attribute("error.type", type(fault).__name__)
            raise


def _of_this_process() -> Any:
    """The tracer, made anew after a fork: the thread that sends does not survive one."""
    global _tracer, _process, _provider  # noqa: PLW0603 - one for each process
    if _tracer is None or _process != os.getpid():
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415
            OTLPSpanExporter,
        )
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

        provider = TracerProvider(resource=Resource.create({"service.name": "vardkase"}))
        exporter = OTLPSpanExporter(endpoint=settings.VARDKASE_OTLP_ENDPOINT)
        provider.add_span_processor(BatchSpanProcessor(exporter))
        _provider = provider
        _tracer, _process = provider.get_tracer("vardkase"), os.getpid()
    return _tracer
