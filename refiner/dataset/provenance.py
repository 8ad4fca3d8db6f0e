"""Where each row of a data set comes from: notes, events, edits, traits, and the decisions about them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from refiner.models import Decision, Sample
from refiner.review.history import DECIDING, History


def decisions_about(sample: Sample, history: History) -> list[Decision]:
    """The deciding verdicts in force about a sample and what it is made of, the sample's own first, oldest first."""
    items = (sample.id, *sample.edits, *(f"event:{e}" for e in sample.events))
    return [d for item in items for d in history.active(item) if d.verdict in DECIDING]


def provenance_rows(placed: Mapping[str, Sequence[Sample]], history: History) -> list[dict[str, Any]]:
    """One record for each row of each file: which sample it is, and where that comes from. Rows count from 1.

    A sample without notes tells of what refiner.toml says outright: its traits and its persona. A general row is named
    by its file and line.
    """
    out = []
    for file, samples in placed.items():
        for number, sample in enumerate(samples, 1):
            made = [
                {"id": d.id, "item": d.item, "verdict": d.verdict, "at": d.at} for d in decisions_about(sample, history)
            ]
            out.append(
                {
                    "file": file, "row": number, "sample": sample.id, "kind": sample.kind, "source": sample.source,
                    "notes": list(sample.notes), "events": list(sample.events), "traits": list(sample.traits),
                    "edits": list(sample.edits), "decisions": made,
                }
            )  # fmt: skip
    return out
