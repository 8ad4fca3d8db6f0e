"""English: gendered words, who is meant by them, and what stands there for the other gender.

From the ground up:

    lexicon, inflect, relations      the data file, word forms, whose son and whose uncle
    naming, names, handles           the narrator's names in a text
    parse, blocks, quotes            spaCy (loaded when first needed), paragraphs and lines, quoted words
    speakers, cues, turns, speech,   who speaks to whom
    page, frames, scene              a note read once: its text, its talk, its narration
    people, evidence, rivals,        who else is there; whom a word means in speech,
    kin_speech, resolve,
    pronoun_*, told_clauses, third,  in notes about the narrator,
    hearsay, reader                  in words without marks, and for any rule
    roles (role_*), kinship, groups, vocatives (calls), forms, institutions, body, replace, partner
                                     the rules, one subject a file
    open_*, unexplained              what no rule explains becomes a question
    swap_rules                       runs them all and settles overlaps

Importing this package does not import spaCy.
"""
