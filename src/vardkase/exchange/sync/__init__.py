"""Synchronisation with other instances: pull and push.

`peer` speaks to one instance; `arriving` and `leaving` change documents on their way in and out; `pull` and `push`
do a whole run, and `runs` remembers what moved and what did not. The wire is MISP's (sync-protocol).
"""
