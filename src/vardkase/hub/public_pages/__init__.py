"""What everybody may read about the hub: what it is, who may join, the six steps, questions and answers.

The texts come with the software (`data/`) and are the hub owner's to change. Every change is a new version.
"""
