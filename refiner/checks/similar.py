"""How probable it is that a sentence has to do with a trait: words in common, and static word vectors on this machine.

Vectors know that "chafing dish" is near to cooking; they do not know who cooks, nor whether the person still does. So a
score never speaks for a trait or against it: it only says that somebody should look. The vectors (256 numbers for each
piece of a word, averaged over a sentence; method: Wieting et al., Towards universal paraphrastic sentence embeddings,
2016) come from the wheel of `wordllama`, an extra. Its code is not run: its `load()` looks for the tokenizer on the
network though it lies beside the code, and importing it changes the logging of the whole program. Only its two files
are read, and nothing here opens a connection.

What the cosines and the words of `trait_words` are worth together is a logistic regression with an L2 penalty (Hastie,
Tibshirani and Friedman, The Elements of Statistical Learning, 2nd ed., section 4.4.1). Its weights are data
(similar_weights.toml), fitted by benchmarks/fit_relevance.py on diaries of which about half the sentences concern a
trait; where fewer do, the scores are too high, but their order stays.

No score is proof: the best are right about half the time, as the trait words are. What the vectors add is the order of
the rest, where no word is shared. So a score finds candidates for a question, and decides nothing.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from refiner.checks.stems import WORD, share
from refiner.checks.trait_words import TraitWords
from refiner.config import Trait
from refiner.errors import RefinerError
from refiner.hints import install

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Matrix = NDArray[np.float32]

FEATURES = ("weight", "among")
_WEIGHTS, _TOKENIZER = "weights/l2_supercat_256.safetensors", "tokenizers/l2_supercat_tokenizer_config.json"
# More than this proves no more: another's quarrel, or the same word in another sense, is as near as the thing itself.
_ENOUGH, _NEAR = 1.0, 0.1  # weight of words; difference of cosines
_PRIOR = 2  # how many traits the other subjects count for, where a life declares few


def _folder() -> Path | None:
    """Where the vectors lie, without importing the package that brings them."""
    spec = find_spec("wordllama")
    for place in (spec.submodule_search_locations or ()) if spec else ():
        if all((Path(place) / name).is_file() for name in (_WEIGHTS, _TOKENIZER)):
            return Path(place)
    return None


def version() -> str:
    """Which vectors are installed; "" for none. What was scored with another version is to be scored again."""
    try:
        return f"wordllama {installed('wordllama')}" if _readable() and _folder() else ""
    except PackageNotFoundError:
        return ""


def _readable() -> bool:
    return bool(find_spec("tokenizers") and find_spec("safetensors"))


def available() -> bool:
    """Whether the vectors and what reads them are installed. Loads nothing."""
    return bool(version())


@cache
def _vectors() -> tuple[Any, Matrix]:
    """The tokenizer and its table of vectors; the first call takes a tenth of a second.

    Raises RefinerError where they are not installed.
    """
    folder = _folder()
    if folder is None or not _readable():
        raise RefinerError("the word vectors are not installed", mend=install("similar"))
    from safetensors.numpy import load_file
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / _TOKENIZER))
    table = load_file(folder / _WEIGHTS)["embedding.weight"]
    if tokenizer.get_vocab_size() != len(table):
        raise RefinerError("the word vectors do not fit their tokenizer", mend=install("similar"))
    return tokenizer, table


def _content(text: str) -> str:
    """The words that say something; the whole text where none does, "" where it has no word at all."""
    words = [m[0] for m in WORD.finditer(text)]
    return " ".join([w for w in words if share(w.lower())] or words)


def embed(texts: Sequence[str]) -> Matrix:
    """Unit vectors of the texts' content words, one row each; zeros for a text without a word."""
    import numpy as np

    tokenizer, table = _vectors()
    out = np.zeros((len(texts), table.shape[1]), dtype=np.float32)
    for row, text in zip(out, texts, strict=True):
        if ids := tokenizer.encode(_content(text), add_special_tokens=False).ids:
            row[:] = table[ids].astype(np.float32).mean(axis=0)
            row /= max(float(np.linalg.norm(row)), 1e-9)
    return out


@cache
def _others() -> Matrix:
    text = files("refiner.checks").joinpath("similar.toml").read_text(encoding="utf-8")
    return embed(tomllib.loads(text)["others"])


@cache
def _fitted() -> dict[str, dict[str, float]]:
    text = files("refiner.checks").joinpath("similar_weights.toml").read_text(encoding="utf-8")
    return {part: {str(k): float(v) for k, v in rows.items()} for part, rows in tomllib.loads(text).items()}


def weights() -> dict[str, float]:
    """The weight of each feature, "intercept" among them."""
    return _fitted()["weights"]


def bounds() -> dict[str, float]:
    """From which score on a pair is a `candidate`, worth a model's question."""
    return _fitted()["bounds"]


def probability(features: Mapping[str, float], known: Mapping[str, float]) -> float:
    """P(the sentence has to do with the trait), 0..1, by the weights given."""
    score = known["intercept"] + sum(known.get(name, 0.0) * value for name, value in features.items())
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, score))))


def phrases(trait: Trait) -> list[str]:
    """The ways in which a trait is put to the vectors: each name, the description, and all in one."""
    name = trait.name or re.sub("[-_]", " ", trait.id)
    each = [w for w in dict.fromkeys((name, *trait.aliases, trait.description)) if w]
    return [*each, ". ".join(each)]


class Similar:
    """Similarity of texts to the traits of one workspace. Raises RefinerError where the vectors are not installed."""

    def __init__(self, traits: Iterable[Trait], words: TraitWords | None = None) -> None:
        """`words`: the same traits' word evidence, if it is made already."""
        import numpy as np

        self.traits = tuple(traits)
        self.words = words or TraitWords(self.traits)
        found = [embed(phrases(t)) for t in self.traits]
        self._starts = np.cumsum([0, *map(len, found)])[:-1]
        self._phrases = np.concatenate(found) if found else embed(())

    def features(self, texts: Sequence[str]) -> list[dict[str, dict[str, float]]]:
        """For each text and trait what its probability is made of. A text without a word has none.

        `weight`: that of the words in common; `among`: how much nearer the text is to this trait (by the nearest of its
        phrases) than it is, on the whole, to the life's other traits and to what lives are otherwise about.
        """
        if not texts or not self.traits:
            return [{} for _ in texts]
        among = self._among(texts)
        out: list[dict[str, dict[str, float]]] = []
        for i, text in enumerate(texts):
            out.append({})
            if not WORD.search(text):
                continue
            evidence = self.words.evidence(text)
            for k, trait in enumerate(self.traits):
                # Whichever side the words take: the side is not for this model.
                weight = min(evidence[trait.id].weight, _ENOUGH) if trait.id in evidence else 0.0
                out[-1][trait.id] = {"weight": weight, "among": float(among[i, k])}
        return out

    def _among(self, texts: Sequence[str]) -> NDArray[np.float64]:
        import numpy as np

        # In double precision and rounded: in single, the last digits depend on how many texts are multiplied at once.
        rows = embed(texts).astype(np.float64)
        cosine = np.maximum.reduceat(rows @ self._phrases.T, self._starts, axis=1)
        aside = (rows @ _others().T).mean(axis=1, keepdims=True)
        middle = (cosine.sum(axis=1, keepdims=True) + _PRIOR * aside) / (len(self.traits) + _PRIOR)
        return np.asarray(np.round(np.minimum(cosine - middle, _NEAR), 6))

    def scores(self, texts: Sequence[str]) -> list[dict[str, float]]:
        """For each text, how probable it is that it has to do with each trait, for it or against it, 0..1.

        A text's scores depend on the text and on the workspace's traits alone, not on the other texts.
        """
        found = self.features(texts)
        return [{t.id: probability(f[t.id], weights()) if t.id in f else 0.0 for t in self.traits} for f in found]
