"""The law that the hub's work rests on, as data: provisions, deadlines, grounds for secrecy, the authority's choices.

Packaged in `data/`; a legal officer changes a rule with a second person's approval, as a new version.
"""
