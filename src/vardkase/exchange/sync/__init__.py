"""Synchronisation with other instances: pull and push.

`servers.peer` speaks to one instance; `inbound` and `outbound` change incoming and outgoing documents; `pull` and
`push` do a whole run, and `runs` records what moved and what did not. The protocol is that of MISP 2.5.
"""
