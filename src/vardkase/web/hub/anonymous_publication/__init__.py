"""Pages for publishing anonymously, and for what one has published so. They redirect nowhere and write no messages:
both would leave a trace of who was there.
"""

from __future__ import annotations

from vardkase.hub.profiles import Profile

PROFILES = Profile.HUB
