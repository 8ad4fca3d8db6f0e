"""English: gendered words, who is meant by them, and what stands there for the other gender.

The modules, from the ground up: lexicon (the data file), inflect (forms), names, parse (spaCy, loaded when first needed),
scene (a note cut into blocks, sentences and frames of speech), speech (who speaks to whom), people (who else is there),
resolve (who a pronoun means), third (notes that tell of the narrator as she or he), and the rules, one subject a file:
roles, kinship, groups, vocatives, forms, institutions, body, replace. `swap_rules` runs them all and settles overlaps.
Importing this package does not import spaCy.
"""
