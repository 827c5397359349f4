"""Pages of sealed links: officers' keys, what they still open, and openings by two officers."""

from vardkase.hub.profiles import Profile

PROFILES = Profile.HUB
