"""The sealed link from what was published anonymously to its author, which two officers open together.

The hub holds public keys alone: each officer's private key is on that officer's own machine. `sealing.seal` encrypts
the author's identity once for every pair of officers, to one of them inside and to the other outside (standard age
files), so that any two can open a link and nobody can alone. What a link is about is a UUID: this package knows
nothing of publications.
"""

from vardkase.hub.profiles import Profile

PROFILES = Profile.HUB
