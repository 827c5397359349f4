"""Case files: every document and note of a case, with the number of the authority's own registry.

Which cases there are, and who handles them, is for the packages above to say (`access`, `hooks`).
"""
