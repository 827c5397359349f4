"""The list of what points to a draft's author, as part of a form that holds the draft: a page includes
``anonymity/review.html`` with `review`, and reads the answers by `decisions_from`. Needs no scripts.
"""
