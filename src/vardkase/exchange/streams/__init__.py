"""Streams: messages about changes on the hub, sent to subscribed programs in real time.

All read the outbox's one line, each at its own place, which moves when the receiver has acknowledged. A stream looks
through the eyes of an organisation at the time of sending. `bodies` writes the messages, `senders` carry them.
"""
