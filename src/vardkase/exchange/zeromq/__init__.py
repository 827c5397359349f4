"""Published events over ZeroMQ, with MISP's topics and messages.

Whoever publishes leaves a row, in the same transaction; one process sends the rows from a PUB socket. Subscribers
see every event whole: the socket is on the loopback unless a site administrator opens it.
"""
