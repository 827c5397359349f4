"""Template tags of the stream and delivery pages. `{% load streams %}`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django import template
from django.utils.safestring import SafeString

from vardkase.core.problems import stored_words
from vardkase.exchange.streams.models import Stream
from vardkase.web.exchange.streams import labels as stream_labels
from vardkase.web.ui.chips import pill

register = template.Library()
register.filter("delivery_reason", stored_words)


@register.filter
def kind_name(kind: str) -> Any:
    return stream_labels.KINDS[kind][0]


@register.filter
def format_name(written: str) -> Any:
    return stream_labels.FORMATS[written]


@register.filter
def topic_name(topic: str) -> Any:
    return stream_labels.TOPICS.get(topic, topic)


@register.filter
def fault_finding(stream: Stream) -> Any:
    return stream_labels.FAULTS[stream.fault_code][0] if stream.fault_code else ""


@register.filter
def fault_advice(stream: Stream) -> Any:
    return stream_labels.FAULTS[stream.fault_code][1] if stream.fault_code else ""


@register.filter
def receiver_name(kind: str) -> Any:
    return stream_labels.RECEIVERS.get(kind, kind)


@register.filter
def delivery_state(state: str) -> str | SafeString:
    label, tone = stream_labels.STATES.get(state, (state, ""))
    return pill(tone, str(label)) if tone else str(label)


@register.filter
def published_at(version: int) -> datetime:
    return datetime.fromtimestamp(version, UTC)


@register.filter
def shown_filter(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
