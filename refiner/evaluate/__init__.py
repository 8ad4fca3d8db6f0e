"""Is it her? Interviews a model against the timeline of a life, and says how far its answers are those of the person.

Questions are made from the refined life (`questions`), put to up to four contestants (`interview`), marked without a
judge (`marking`), and told with their intervals (`scores`, `report`). A judge model is optional (`judge`).
"""
