"""Drawings of the timeline for other programs to show.

`page` makes one HTML page that needs nothing else: traits over the years, the events and what joins them, what
contradicts what, and the chain behind each trait.
"""
