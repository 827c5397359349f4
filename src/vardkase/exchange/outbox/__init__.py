"""Outbox: what is to be sent is written in the transaction of publication; deliveries are recorded per receiver."""
