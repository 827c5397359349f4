"""What sealed links are refused for."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class SealedLinkProblem(ProblemCode):
    PRIVATE_KEY = _(
        "This is a private key. It has now left your machine: do not use it, make a new one, and give its public key "
        "(age1…) here."
    )
    NOT_A_KEY = _(
        "This is not the public key of age: it begins with age1, or age1tag1 for a key on hardware."
    )
    NEEDS_PLUGIN = _(
        "The hub cannot encrypt to this kind of key, since that takes a program of its vendor. Use the key’s "
        "recipient of the kind age1tag1…, which newer plugins print, or an ordinary key (age1…)."
    )
    KEY_KNOWN = _("This key has been registered before. Every key is used once, by one officer.")
    WRONG_CODE = _(
        "This is not the code in the file. Decrypt the file that is shown now with the key’s private key."
    )
    TOO_MANY_KEYS = _(
        "There are already %(most)s officers with a valid key. One of them has to withdraw theirs first."
    )
    SAME_PERSON = _("Another account of the same person already has a key.")
    NOT_AN_OFFICER = _(
        "Only officers of the organisation that runs the hub have keys, and open sealed links."
    )
    NO_SUCH_KEY = _("There is no such key.")
    KEY_WITHDRAWN = _("This key has been withdrawn already.")
    TOO_FEW_KEYS = _(
        "Anonymous publication is not possible now: fewer than two officers have a valid key. Ask the hub’s officers."
    )
    NO_SUCH_LINK = _("Nothing with this UUID has a sealed link.")
    NO_SUCH_OPENING = _("There is no such opening.")
    NO_KEY_IN_LINK = _("This link was not sealed to a key of yours that you can still use.")
    NO_KEY_OF_PROPOSER = _("The officer who proposed this has no key any more that opens this link.")
    ALTERED = _(
        "This sealed link is not the one that the hub stored: it has been altered or exchanged. Nothing is released. "
        "Treat it as an incident."
    )
    NOT_YOURS = _("Only the two officers who opened the link can fetch their file.")
    OVER = _("The time to fetch the file is over. The opening has to be proposed and approved again.")
