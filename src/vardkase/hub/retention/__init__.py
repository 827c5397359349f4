"""Retention: how long personal data in events and closed cases are kept, and what ends it.

Rules are data that a legal officer proposes and a second person approves (`proposing`). A dry run enters what is due
(`counting`); only what two persons have approved is carried out (`running`, `carrying_out`), never by itself.
"""
