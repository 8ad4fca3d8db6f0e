"""From approved samples to a dataset folder.

persona (the card: her system message), mix (shares of kinds and traits), split (training and evaluation rows), export
(the folder, its manifest last, and its check), card (the folder's README), coverage (which trait has which samples).
"""
