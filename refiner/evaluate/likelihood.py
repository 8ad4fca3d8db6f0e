"""Forced choice by likelihood: does the model find the true anecdote likelier than false ones?

Each anecdote is scored as the answer to the same question after the same system message, by the mean log-likelihood of
its tokens: "per-token likelihood (normalizes for length)", Brown et al. 2020, Language Models are Few-Shot Learners,
section 2.4; `acc_norm` of Gao et al.'s Language Model Evaluation Harness does the same by byte. It needs weights on
this machine: an endpoint gives no likelihood of a text that it did not write.

llama.cpp's server gives the likelihood of what it writes, before its samplers (`n_probs`, with `post_sampling_probs`
off). A grammar that allows one token after the other, by number, makes it write the anecdote exactly as it is
tokenised, so one request scores it. Tokens of part of a character (of ₹ or an emoji, in small vocabularies) are read
and not scored.
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from refiner.edits import digest
from refiner.errors import ModelError
from refiner.evaluate.forced import FALSE, HOWS, Forced
from refiner.evaluate.intervals import bootstrap
from refiner.evaluate.interview import Kept, weights_of
from refiner.evaluate.shapes import Contestant, Mark, Measure, Score
from refiner.training.endpoint import ChatModel, Messages, OpenAIEndpoint
from refiner.training.talk import LlamaCpp, Transformers

FORCED_CHOICE = Measure(
    id="forced_choice",
    title="finds the true anecdote likelier",
    areas=("fact",),
    definition=f"Share of anecdotes whose true telling has a higher mean log-likelihood per token than {FALSE} false "
    "ones made from the same life: other years, another person or place, another ending, the note as it was before it "
    f"was refined. Guessing gives {1 / (1 + FALSE):.0%}.",
    source="Brown et al. 2020, section 2.4 (likelihood per token)",
)
Scorer = Callable[[Messages, str], float]


def no_weights(contestant: Contestant) -> str:
    """Why a contestant has no likelihoods, "" where it may have: known before its model is opened."""
    if "endpoint" in contestant.about:
        return "an endpoint gives no likelihood of a text that it did not write"
    return ""


def scorer_of(model: ChatModel) -> Scorer | None:
    """What gives the mean log-likelihood per token of an answer to some messages; None where the model gives none."""
    if isinstance(model, LlamaCpp):
        return _LlamaCpp(model)
    if isinstance(model, Transformers):
        return _Transformers(model)
    return None


def choose(
    contestant: Contestant,
    model: Callable[[], ChatModel],
    choices: Sequence[Forced],
    *,
    kept: Path,
    progress: Callable[[Forced], None] = lambda choice: None,
    why: str = "",
) -> tuple[tuple[Mark, ...], Score]:
    """The contestant's marks, one for each choice, and their score. `model` opens it, where anything is not in `kept`.

    `why`: for what reason there are no choices, where that is not for want of anecdotes. A choice that could not be
    scored is a mark without a value. Raises StoreError.
    """
    why = no_weights(contestant) or (
        "" if choices else why or "no anecdote of these notes has three false ones like it"
    )
    if why:
        return (), Score(contestant=contestant.id, measure=FORCED_CHOICE.id, why=why)
    store = Kept(kept)
    scorer: Scorer | None = None
    marks = []
    for choice in choices:
        values: list[float] = []
        try:
            for text in choice.options:
                key = digest("likelihood", weights_of(contestant), contestant.system, choice.question, text)
                known = store.get(key)
                if not isinstance(known, float):
                    scorer = scorer or scorer_of(model())
                    if scorer is None:
                        unable = "what serves this model gives no likelihoods"
                        return (), Score(contestant=contestant.id, measure=FORCED_CHOICE.id, why=unable)
                    asked = [
                        {"role": "system", "content": contestant.system},
                        {"role": "user", "content": choice.question},
                    ]
                    known = scorer(asked, text)
                    store.add(key, known)
                values.append(known)
            marks.append(_mark(choice, values))
        except ModelError as error:
            marks.append(Mark(measure=FORCED_CHOICE.id, item=choice.id, ask=0, why=error.message[:200]))
        progress(choice)
    return tuple(marks), score_of(contestant.id, marks)


def score_of(contestant: str, marks: Sequence[Mark]) -> Score:
    """The share of choices that were right, with its interval over choices."""
    judged = [m.value for m in marks if m.value is not None]
    estimate = bootstrap([[v] for v in judged])
    return Score(
        contestant=contestant,
        measure=FORCED_CHOICE.id,
        value=estimate.value,
        low=estimate.low,
        high=estimate.high,
        items=len(judged),
        marks=len(judged),
        unjudged=len(marks) - len(judged),
        why="" if judged else next((m.why for m in marks), ""),
    )


def misled(marks: Sequence[Mark]) -> dict[str, int]:
    """How often each kind of false anecdote was found likelier than the true one and all others."""
    taken = [m.why.partition(":")[0].removeprefix("takes ") for m in marks if m.value == 0]
    return {how: taken.count(how) for how in HOWS if how in taken}


def _mark(choice: Forced, values: Sequence[float]) -> Mark:
    others = values[1:]
    best = max(range(len(others)), key=lambda i: others[i])
    right = values[0] > others[best]
    gap = values[0] - others[best]
    how, text = choice.false[best]
    why = f"by {gap:.2f} a token" if right else f"takes {how}: by {-gap:.2f} a token: {text}"
    return Mark(measure=FORCED_CHOICE.id, item=choice.id, ask=0, value=float(right), why=why)


class _LlamaCpp:
    """Scores by llama.cpp's server."""

    def __init__(self, model: LlamaCpp) -> None:
        self._extra, self._url = model.extra, model.url
        self._endpoint = OpenAIEndpoint(f"{model.url}/v1", model.name, api_key=model.key)

    def __call__(self, messages: Messages, text: str) -> float:
        """Raises ModelError where the server gives no likelihood of each token."""
        prompt = str(self._ask("/apply-template", {"messages": messages, **self._extra})["prompt"])
        asked, whole = self._tokens(prompt), self._tokens(prompt + text)
        answer = whole[len(asked) :] if whole[: len(asked)] == asked else self._tokens(text)
        values: list[float] = []
        for is_whole, run in groupby(range(len(answer)), lambda i: answer[i][1]):
            if is_whole:
                places = list(run)
                before = [token for token, _ in (*asked, *answer[: places[0]])]
                values += self._forced(before, [answer[i][0] for i in places])
        if not values:
            raise ModelError("a text without a token has no likelihood")
        return math.fsum(values) / len(values)

    def _forced(self, before: Sequence[int], tokens: Sequence[int]) -> list[float]:
        """The log-likelihood of each of some tokens after others."""
        wanted = {
            "prompt": before,
            "n_predict": len(tokens),
            "n_probs": 1,
            "temperature": 0,
            "cache_prompt": True,
            "grammar": "root ::= " + " ".join(f"<[{token}]>" for token in tokens),
        }
        try:
            written = self._ask("/completion", wanted)["completion_probabilities"]
            values = [float(token["logprob"]) for token in written]
            if [token["id"] for token in written] != tokens or not all(map(math.isfinite, values)):
                raise ValueError("other tokens")
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError(f"this llama.cpp gives no likelihood of a given text: {error!r}") from error
        return values

    def _tokens(self, text: str) -> list[tuple[int, bool]]:
        """The tokens of a text, each with whether it is whole characters: the grammar cannot take part of one."""
        asked = {"content": text, "add_special": False, "parse_special": True, "with_pieces": True}
        return [(int(t["id"]), isinstance(t["piece"], str)) for t in self._ask("/tokenize", asked)["tokens"]]

    def _ask(self, path: str, body: dict[str, Any]) -> Any:
        return self._endpoint.ask_json(path, body, base=self._url)


class _Transformers:
    """Scores by transformers, in one pass over question and answer."""

    def __init__(self, model: Transformers) -> None:
        self._model, self._tokenizer = model._model, model._tokenizer

    def __call__(self, messages: Messages, text: str) -> float:
        torch: Any = importlib.import_module("torch")
        prompt = self._tokenizer.apply_chat_template(
            messages, tokenize=False, add_generation_prompt=True, enable_thinking=False
        )
        asked, whole = self._tokens(prompt), self._tokens(prompt + text)
        answer = whole[len(asked) :] if whole[: len(asked)] == asked else self._tokens(text)
        if not answer:
            raise ModelError("a text without a token has no likelihood")
        with torch.inference_mode():
            given = torch.tensor([[*asked, *answer]], device=self._model.device)
            logits = self._model(given).logits[0, len(asked) - 1 : -1].float()
            found = torch.log_softmax(logits, dim=-1)[range(len(answer)), answer]
        return float(found.mean())

    def _tokens(self, text: str) -> list[int]:
        return list(self._tokenizer(text, add_special_tokens=False)["input_ids"])
