"""Questions put to a model: what is asked, how it is sent, kept, checked, paid for and made private."""
