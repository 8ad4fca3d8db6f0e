"""The review as one local page: the same session as on the terminal, with buttons instead of keys.

Flask is imported by `run` alone, so that a review on the terminal does not wait for it.
"""
