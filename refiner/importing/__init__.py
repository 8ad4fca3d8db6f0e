"""`refiner import`: exports of other programs -> notes under data/raw, shown before they are written.

Each format is a module with `read(source, wanted) -> list[Draft]`; formats.py lists them. Nothing here opens a network
connection, and nothing is written but new notes and the log of what import wrote (ledger.py).
"""
