"""The received register: which published version was made available to which connected authority, and when.

A recording is received when somebody makes it available (2 kap. 9 § TF), read or not. The database writes the
register itself, by triggers, in the statement that publishes a version or changes a sharing group: a row for each
version and its audience, and periods of membership; `queries` join them for one authority.
"""

from __future__ import annotations
