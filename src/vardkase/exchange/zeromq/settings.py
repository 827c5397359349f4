"""MISP's settings of its ZeroMQ publisher; a change takes effect within `publisher.IDLE` seconds."""

from __future__ import annotations

from vardkase.core.settings import Setting


def _port(value: int) -> str | None:
    return None if 0 < value < 65536 else "The port has to be between 1 and 65535."


ENABLED = Setting(
    "Plugin.ZeroMQ_enable",
    False,
    "Whether published events are sent over ZeroMQ. Every subscriber that reaches the port gets them all.",
    level=2,
)
HOST = Setting("Plugin.ZeroMQ_host", "127.0.0.1", "The address that the publisher listens on.", level=2)
PORT = Setting(
    "Plugin.ZeroMQ_port", 50000, "The TCP port that the publisher listens on.", level=2, check=_port
)
