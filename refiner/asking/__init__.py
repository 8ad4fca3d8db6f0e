"""Questions put to a model: how they are sent, kept, checked, paid for and made private."""
