"""Deterministic verifiers: they read what the chain made and report findings. One file a check."""
