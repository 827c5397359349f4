"""ZeroMQ sender: a PUB socket with MISP's framing (topic, space, document); any subscriber receives everything."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence

import zmq

from vardkase.exchange.streams.bodies.messages import Message
from vardkase.exchange.streams.errors import NotTaken, StreamFault
from vardkase.exchange.streams.models import Stream
from vardkase.exchange.streams.problems import ReceiverProblem
from vardkase.exchange.streams.senders.sender import MANY
from vardkase.exchange.streams.topics import SELF

KEEP_ALIVE = 60.0
"""Seconds between the messages by which MISP's publisher shows that it runs."""
LINGER = 1000
"""Milliseconds that the socket may take to hand over what is sent when it closes."""


class ZeroMqSender:
    """A message counts as delivered once the socket accepts it: subscribers are not known."""

    at_once = MANY

    def __init__(self, stream: Stream) -> None:
        self._began = self._alive_at = time.monotonic()
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self._socket = self._context.socket(zmq.PUB)
        self._socket.linger = LINGER
        host, port = stream.settings["host"], stream.settings["port"]
        self._socket.ipv6 = ":" in host
        try:
            self._socket.bind(f"tcp://{f'[{host}]' if ':' in host else host}:{port}")
        except zmq.ZMQError as error:
            self.close()
            problem = ReceiverProblem.PORT_TAKEN(port=port, host=host, said=str(error))
            raise NotTaken(StreamFault.PORT, problem) from error

    def send(self, messages: Sequence[Message]) -> None:
        for message in messages:
            # One frame, not a multipart message: subscribers of MISP split it at the first space.
            self._socket.send(message.topic.encode() + b" " + message.body)

    def idle(self) -> None:
        now = time.monotonic()
        if now - self._alive_at >= KEEP_ALIVE:
            self._alive_at = now
            alive = json.dumps({"status": "The publisher is running.", "uptime": int(now - self._began)})
            self._socket.send(f"{SELF} {alive}".encode())

    def close(self) -> None:
        self._socket.close()
        self._context.term()
