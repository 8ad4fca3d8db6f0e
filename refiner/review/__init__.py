"""The review: a person decides on every proposal, one after the other, and each decision is kept at once.

`items` builds the queue, `state` is what keys do to it (pure), `history` reads the log of decisions, `effects` says
what the decisions mean for edits, questions, canon, events and samples, `diff` shows a change by words, `session` asks
on the terminal and `commands` decides without one. Importing this package loads no terminal library.
"""
