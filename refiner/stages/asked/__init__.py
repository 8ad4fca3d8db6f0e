"""What is put to a model, one file a question; each gives only what passed its checks."""
