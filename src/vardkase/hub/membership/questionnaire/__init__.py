"""The application form: its questions, steps and validation.

One definition for every interface: the pages, the JSON file, and the PDF of what was sent.
"""
