"""A MISP whose database cannot be had, read over its API: `copy` downloads it into a folder, and reads that as rows of
MISP's tables, so that nothing after it has to know how they came.

`indexes` says which lists there are, `events` takes events apart. What the API does not give (passwords, keys) is NULL.
"""
