"""What the figures of an ablation cannot show, said beside them. Pure."""

from __future__ import annotations

from refiner.evaluate.ablate_compare import GIVEN, GROUPS, Ablated


def cautions(found: Ablated, offered: int) -> list[str]:
    """What the figures cannot show, for this ablation."""
    said = []
    if len(found.seeds) == 1:
        said.append(
            "One seed: another seed of the same training answers differently, and the intervals do not know by how "
            "much. A small difference may be no more than that; --seeds 3 tells."
        )
    count = sum(d.value is not None for d in found.differences)
    if count:
        said.append(
            f"{count} differences at 95 %: about {max(1, round(count / 20))} of them would show where there is none."
        )
    if found.facts and offered > found.facts:
        said.append(f"{found.facts} of {offered} facts that could be asked were, first those that a mix was taught.")
    base = found.values.get(GIVEN, {})
    for group in GROUPS:
        there = [v for m in found.mixes if (v := found.values.get(m.name, {}).get(group.id)) and v.value is not None]
        known = base.get(group.id)
        if there and known and known.value is not None:
            best = (max if group.share else min)(v.value for v in there if v.value is not None)
            if (best <= known.value) if group.share else (best >= known.value):
                said.append(f"{group.title}: no mix is better than the untrained model; nothing was learnt to compare.")
    steps = {f["steps"] for m in found.mixes for f in m.runs.values()}
    if len(steps) > 1:
        said.append(f"The mixes made unequal numbers of steps: {', '.join(str(s) for s in sorted(steps))}.")
    if not found.exact:
        said.append("Tokens are estimates: the base's tokenizer is not on this machine.")
    said.append("It is one life and one base model: what holds for others is not shown.")
    return said
