"""Pages of messages to authors of anonymous events: for who asks, and for the author."""

from vardkase.hub.profiles import Profile

PROFILES = Profile.HUB
