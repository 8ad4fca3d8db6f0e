"""What finds the sentences that have to do with a trait: trait words, TF-IDF over lemmas, word vectors, all together.

    python benchmarks/relevance.py [dev] [held]

A trial is a sentence with one trait of its narrator; right is any label, for, against or context. Bounds are chosen on
the development diaries (what is fitted: on traits that the fit did not see) and then stand for the held-out ones.
Proportions with their 95 % Wilson interval; the pairs of one sentence hang together, so read them as a little narrow.
Needs the extra `similar`. Prints speed at the end.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections import Counter
from collections.abc import Callable

import numpy as np
from fit_relevance import (
    FEWEST,
    Pair,
    bound_of_precision,
    bound_of_recall,
    collect,
    matrix,
    people,
    predict,
    scaled_fit,
    unseen,
)
from swap import wilson

PENALTY = 3.0
AIMS: tuple[tuple[str, Callable[[np.ndarray, np.ndarray], float]], ...] = (
    ("precision .8", lambda s, y: bound_of_precision(s, y, 0.8)),
    ("precision .7", lambda s, y: bound_of_precision(s, y, 0.7)),
    ("precision .6", lambda s, y: bound_of_precision(s, y, 0.6)),
    ("recall .70", lambda s, y: bound_of_recall(s, y, 0.7)),
    ("recall .85", lambda s, y: bound_of_recall(s, y, 0.85)),
)


def tfidf(name: str) -> np.ndarray:
    """Cosine of lemma counts, weighed by how few of the person's sentences and traits have the lemma."""
    from refiner.language.parse import model

    def lemmas(text: str) -> Counter[str]:
        return Counter(t.lemma_.lower() for t in model()(text) if t.is_alpha and not t.is_stop)

    out = []
    for person in people(name):
        traits = [" ".join([t["name"], *t["aliases"], t["description"]]) for t in person["traits"]]
        docs = [lemmas(x) for x in [*traits, *(s["text"] for s in person["sentences"])]]
        seen = Counter(word for d in docs for word in d)
        rows = [{w: n * math.log(1 + len(docs) / seen[w]) for w, n in d.items()} for d in docs]
        size = [math.sqrt(sum(v * v for v in r.values())) or 1.0 for r in rows]
        for i in range(len(traits), len(rows)):
            for k in range(len(traits)):
                dot = sum(v * rows[k].get(w, 0.0) for w, v in rows[i].items())
                out.append(dot / size[i] / size[k])
    return np.array(out)


def trait_words(name: str) -> np.ndarray:
    """The weight of the words that speak of the trait."""
    from refiner.checks.trait_words import TraitWords
    from refiner.config import Trait

    out = []
    for person in people(name):
        words = TraitWords(Trait(**t) for t in person["traits"])
        for sentence in person["sentences"]:
            found = words.evidence(sentence["text"])
            out += [found[t["id"]].weight if t["id"] in found else 0.0 for t in person["traits"]]
    return np.array(out)


def average_precision(score: np.ndarray, y: np.ndarray) -> float:
    """The mean of the precision at each right pair, best score first; ties in the worst order."""
    order = np.lexsort((y, -score))
    return float((np.cumsum(y[order]) / np.arange(1, len(y) + 1))[y[order] > 0].mean())


def area(score: np.ndarray, y: np.ndarray) -> float:
    """How often a right pair scores above a wrong one (the area under the ROC curve)."""
    right, wrong = score[y > 0][:, None], score[y == 0]
    return float((right > wrong).mean() + 0.5 * (right == wrong).mean())


def methods(dev: list[Pair], pairs: list[Pair], name: str) -> dict[str, np.ndarray]:
    """Each method's score of each pair; what is fitted is fitted on `dev`."""
    fits = {"vectors alone": ("among",), "words and vectors": ("weight", "among")}
    out = {"trait words": trait_words(name), "TF-IDF": tfidf(name)}
    for title, names in fits.items():
        x, _ = matrix(pairs, names)
        fitted = scaled_fit(*matrix(dev, names), PENALTY)
        out[title] = unseen(pairs, names, PENALTY) if name == "dev" else predict(fitted, x)
    return out


def line(title: str, said: np.ndarray, y: np.ndarray) -> str:
    """One row of the table: precision and recall of what is said."""
    right, n, total = int(y[said].sum()), int(said.sum()), int(y.sum())
    parts = []
    for hits, of in ((right, n), (right, total)):
        low, high = wilson(hits, of)
        parts.append(f"{hits}/{of} = {hits / of:.3f} [{low:.2f}, {high:.2f}]" if of else "nothing said")
    return f"| {title} | {parts[0]} | {parts[1]} |"


def measure(name: str, pairs: list[Pair], scores: dict[str, np.ndarray], bounds: dict[tuple[str, str], float]) -> None:
    """Prints the table of one set."""
    from refiner.checks.similar import bounds as candidate_bounds

    y = np.array([bool(p.label) for p in pairs], dtype=float)
    texts = {(p.person, p.text) for p in pairs}
    print(f"\n## {name}: {len(texts)} sentences, {len(pairs)} pairs, {int(y.sum())} right\n")
    print("| means | average precision | area under ROC |\n| --- | --- | --- |")
    for title, score in scores.items():
        print(f"| {title} | {average_precision(score, y):.3f} | {area(score, y):.3f} |")
    print("\n| means, from bound on | precision | recall |\n| --- | --- | --- |")
    words, both = scores["trait words"], scores["words and vectors"]
    for bound in (0.01, 0.5, 0.7):
        print(line(f"trait words, weight {bound}", words >= bound, y))
        most = np.argsort(-both, kind="stable")[: int((words >= bound).sum())]
        print(line("words and vectors, as many", np.isin(np.arange(len(y)), most), y))
    print(line("trait words or a candidate", (words > 0) | (both >= candidate_bounds()["candidate"]), y))
    for title, score in scores.items():
        for aim, _ in AIMS:
            bound = bounds[title, aim]
            if bound > 1:
                print(f"| {title}, {aim} | never reached on dev ({FEWEST} pairs or more) | |")
            elif bound > 0:
                print(line(f"{title}, {aim} ({bound:.3f})", score >= bound, y))
            else:
                print(f"| {title}, {aim} | not reached short of saying all | |")
    print(f"\nBrier {((both - y) ** 2).mean():.4f} (always the share {y.mean():.3f}: {y.mean() * (1 - y.mean()):.4f})")
    for low, high in ((0, 0.1), (0.1, 0.2), (0.2, 0.4), (0.4, 0.7), (0.7, 1.01)):
        part = (both >= low) & (both < high)
        if part.any():
            mean, right = both[part].mean(), y[part].mean()
            print(f"  scores {low:.1f}-{min(high, 1):.1f}: {part.sum()} pairs, mean {mean:.2f}, right {right:.2f}")
    for label in ("for", "against", "context"):
        part = np.array([p.label in (label, "") for p in pairs])
        rows = (f"{title} {area(score[part], y[part]):.3f}" for title, score in scores.items())
        print(f"  area under ROC, {label} against none: {', '.join(rows)}")
    for title, score in scores.items():
        places = [rank(score[part], y[part]) for part in sentences(pairs) if y[part].any()]
        shares = ", ".join(f"{sum(p <= k for p in places) / len(places):.3f} among the first {k}" for k in (1, 2))
        print(f"  of {len(places)} sentences with a label, by {title} a right trait is {shares}")


def sentences(pairs: list[Pair]) -> list[np.ndarray]:
    """Which pairs belong to each sentence."""
    keys = {(p.person, p.text): i for i, p in enumerate(pairs)}
    which = np.array([keys[p.person, p.text] for p in pairs])
    return [np.flatnonzero(which == k) for k in np.unique(which)]


def rank(score: np.ndarray, y: np.ndarray) -> int:
    """The place of the best right trait of a sentence, from 1; ties in the worst order."""
    best = score[y > 0].max()
    return int(1 + (score[y == 0] >= best).sum())


def speed() -> None:
    """Prints how many sentences are scored in a second."""
    from refiner.checks.similar import Similar, embed
    from refiner.config import Trait

    person = people("dev")[0]
    texts = [s["text"] for s in person["sentences"]] * 20
    similar = Similar(Trait(**t) for t in person["traits"])
    began = time.perf_counter()
    embed(texts)
    alone = len(texts) / (time.perf_counter() - began)
    began = time.perf_counter()
    similar.scores(texts)
    both = len(texts) / (time.perf_counter() - began)
    print(f"\n{alone:,.0f} sentences/s by vectors alone, {both:,.0f} with the trait words")


def main() -> int:
    """Measures the sets that are named, dev if none is."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("sets", nargs="*", help="dev, held; default: both")
    args = parser.parse_args()
    if unknown := set(args.sets) - {"dev", "held"}:
        parser.error(f"no set {', '.join(sorted(unknown))}: there are dev and held")
    args.sets = args.sets or ["dev", "held"]
    dev = collect("dev")
    y = np.array([bool(p.label) for p in dev], dtype=float)
    seen = methods(dev, dev, "dev")
    bounds = {(title, aim): choose(score, y) for title, score in seen.items() for aim, choose in AIMS}
    for name in args.sets:
        pairs = dev if name == "dev" else collect(name)
        measure(name, pairs, seen if name == "dev" else methods(dev, pairs, name), bounds)
    speed()
    return 0


if __name__ == "__main__":
    sys.exit(main())
