"""Messages to the author of what was published anonymously, and answers, without either knowing who the other is.

The hub knows of the author a public key alone. A message is encrypted to it, in one of a few sizes, and reaches the
author in the next round of anonymous publication; the author reads it with the recovery code. An answer is a submission
like any other, and reaches who asked in a round too. No row has a time or a running number.
"""

from vardkase.hub.profiles import Profile

PROFILES = Profile.HUB
