"""The parts of `export_model.py`, one subject a file. They import nothing of `refiner`, as `tuning/` does not.

forms.py        the forms that can be asked for, and which of them needs which
finished.py     a finished run: its adapter, its base, what it was taught
room.py         disk and memory: what a form takes, what is free
steps.py        writing each form: which way is open on this machine
merge.py        base and adapter made one by PEFT, checked by their logits
weights.py      merged weights a few rows at a time, in the layout of a GGUF
write_gguf.py   a whole model as GGUF, from the metadata of the base's own GGUF
quantise.py     which tensor gets which type, and the numbers in that type
llama_cpp.py    llama.cpp's converter and quantiser, where the person has them
template.py     the base's chat template, told as a Go template for Ollama
go_template.py  rendering the part of Go's template language that template.py writes
modelfile.py    the Modelfile and the card beside the adapter
asking.py       one taught question, and how two answers are compared
questioning.py  which form is asked through which program
speaker.py      the program that opens one form and answers (asking.py starts it)
whole.py        the folder: all of it or the old one
report.py       the table, the answers, the next commands
"""
