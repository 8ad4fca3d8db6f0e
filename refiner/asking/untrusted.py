"""Notes are data. What in them speaks to a model is not sent, and nothing in them can imitate the marks around them.

A note may quote a prompt, or somebody may have written one into a letter. The first defence is that every answer is
checked and asked for twice; this is the second: sentences that address a language model are left out of what is sent.
"""

from __future__ import annotations

import re

LEFT_OUT = "[…]"
_WHOM = r"(?:your|all|any|the|these|those|previous|prior|earlier|above|preceding|my)"
_TO_A_MODEL = re.compile(
    rf"""\b(?:ignore|disregard|forget|override|bypass)\b(?:\s+\w+){{0,3}}?\s+{_WHOM}?(?:\s+\w+){{0,3}}?\s*
        \b(?:instructions?|prompts?|directions|guidelines|system\s+message|rules\s+above|everything\s+above)\b
      | \b(?:you\s+are|act\s+as|pretend\s+to\s+be|behave\s+as)\b(?:\s+\w+){{0,3}}?\s+
        (?:an?\s+)?\b(?:ai|a\.i\.|(?:helpful|ai)\s+assistant|language\s+model|llm|chatbot|chatgpt|gpt)\b
      | \b(?:system|developer)\s+(?:prompt|message|instructions?)\b
      | \b(?:respond|answer|reply|output|return|write)\s+(?:only\s+)?(?:with|in|as)\s+(?:the\s+)?
        (?:json|letter|option|choice)\b
      | \b(?:choose|pick|select|answer|label)\b(?:\s+\w+){{0,4}}?\s+\b(?:option|choice|answer|mention)\s+[A-P0-9]\b
      | \b(?:label|mark|treat|count)\s+(?:all|every|each)\b(?:\s+\w+){{0,3}}?\s+as\s+(?:the\s+)?narrator\b
      | </?\s*(?:system|user|assistant|instructions?|note|passage)\s*>
      | <\|[a-z_]+\|> | \[/?INST\] | ^\s*\#{{2,}}\s*(?:system|instructions?|user|assistant)\b
    """,
    re.IGNORECASE | re.VERBOSE | re.MULTILINE,
)


def addresses_a_model(text: str) -> bool:
    """Whether a sentence reads as if it were written for a language model."""
    return _TO_A_MODEL.search(text) is not None


def as_data(text: str) -> str:
    """A passage as it may stand in a prompt: no row of quotes or angle brackets in it that could end the passage."""
    return text.replace('"""', "“”").replace("<<<", "‹‹‹").replace(">>>", "›››")
