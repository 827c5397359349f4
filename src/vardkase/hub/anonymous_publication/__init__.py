"""Anonymous publication: a member publishes under the hub's pseudonymous organisation (docs/anonymity.md).

A submission waits in the memory of the web process (`slots`) and is written there together with padding, so that the
queue does not tell whether anybody has submitted anything. A scheduled round (`rounds`) publishes what is in it, in
random order, and empties it. The author holds a recovery code (`recovery_codes`), of which the hub keeps the public key
alone.
"""
