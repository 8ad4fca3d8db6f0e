def timeline_lines(timeline, traits, width, *, color=False):
    return []
