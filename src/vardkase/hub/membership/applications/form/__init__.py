"""The form of an application: what is asked, in which steps, and what counts as an answer.

One definition for every way in: the pages, the JSON file, and the PDF of what was sent.
"""
