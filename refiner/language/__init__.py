"""English: gendered words, who is meant by them, and what stands there for the other gender.

From the ground up:

    lexicon, inflect, relations      the data file, word forms, whose son and whose uncle
    naming, names, handles           the narrator's names in a text
    parse, blocks, quotes            spaCy (loaded when first needed), paragraphs and lines, quoted words
    speakers, turns, speech, scene   who speaks to whom; a note read once
    people, evidence, resolve,       who else is there; whom a pronoun means in speech,
    kin_speech, third, reader        in notes about the narrator, and for any rule
    roles (role_*), kinship, groups, vocatives (calls), forms, institutions, body, replace, partner
                                     the rules, one subject a file
    swap_rules                       runs them all and settles overlaps

Importing this package does not import spaCy.
"""
