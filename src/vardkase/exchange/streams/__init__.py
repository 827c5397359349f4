"""Streams: what happens on the hub, told to programs that listen, as it happens.

All read the outbox's one line, each at its own place, which moves when the receiver has acknowledged. A stream looks
through the eyes of an organisation at the time of sending. `bodies` writes the messages, `senders` carry them.
"""
