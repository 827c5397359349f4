"""Pages of data protection: requests from data subjects, breaches, and the record of processing."""

from vardkase.hub.profiles import Profile

PROFILES = Profile.HUB
