"""Public pages about the hub: what it is, who may join, the six steps, FAQ.

The texts come with the software (`data/`) and are the hub owner's to change. Every change is a new version.
"""
