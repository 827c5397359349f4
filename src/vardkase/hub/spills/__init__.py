"""Spills: classified information that has come to the hub, from the declaration to the proof that it is gone.

An event that is declared spilled, or that came with a classification marking, has no reader from that moment
(`intel.services.quarantine`). What is stored of a spill says nothing of the content: numbers, UUIDs, names of
organisations, places of markings. Two people release the event (a false alarm) or delete it.
"""
