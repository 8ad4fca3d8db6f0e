"""Deterministic verifiers, which read what the chain made and report findings, and the reading of words that they share
with the stages."""
