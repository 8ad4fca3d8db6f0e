"""How samples are made of refined sentences: scenes, topics, wordings, choice. `stages/compose.py` puts it together."""
