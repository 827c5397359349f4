"""Streams: messages about changes on the hub, sent to subscribed programs in real time.

Each reads the outbox from its own position, which advances when the receiver has acknowledged. A stream shows what
an organisation may read at the time of sending. `bodies` renders the messages, `senders` deliver them.
"""
