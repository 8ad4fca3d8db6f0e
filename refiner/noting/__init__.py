"""`refiner note`: a short form in the terminal that becomes a note in data/raw, and what the reader makes of it.

form      asks when, what, who, what it did, what of it is over
answers   the answers, and the text of a note made of them
editing   the same text in the person's editor
drafts    what was typed, kept until the note is written
saving    a file name that is not taken, and the file
understood what the reader finds in this one note
command   the whole way
"""
