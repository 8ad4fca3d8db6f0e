"""Training from the toolkit's side: start `training/train.py`, find its runs, talk to what came of them.

Importing this package loads neither torch nor transformers.
"""
