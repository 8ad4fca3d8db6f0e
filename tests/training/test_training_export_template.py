"""The Go template gives the tokenizer's own prompt to the letter, and the Modelfile is read back as it was meant."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from training_tiny import CHATML, THINKING, make_tokenizer

pytestmark = [pytest.mark.training, pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")]

# The forms that the families give a talk, each in few words of Jinja.
WITH_DEFAULT = (
    "{% if messages[0]['role'] != 'system' %}{{ '<|im_start|>system\nYou are a helper.<|im_end|>\n' }}{% endif %}"
    + CHATML
)
LLAMA3 = (
    "{{ bos_token }}{% for m in messages %}{{ '<|start_header_id|>' + m['role'] + '<|end_header_id|>\n\n' }}"
    "{% if m['role'] == 'system' %}{{ 'Cutting Knowledge Date: December 2023\n\n' }}{% endif %}"
    "{{ (m['content'] | trim) + '<|eot_id|>' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}"
)
GEMMA = (  # the system message stands in the first question
    "{{ bos_token }}{% set ns = namespace(first='') %}{% for m in messages %}"
    "{% if m['role'] == 'system' %}{% set ns.first = m['content'] + '\n\n' %}{% else %}"
    "{{ '<start_of_turn>' + ('model' if m['role'] == 'assistant' else 'user') + '\n' }}{{ ns.first }}"
    "{% set ns.first = '' %}{{ m['content'] + '<end_of_turn>\n' }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<start_of_turn>model\n' }}{% endif %}"
)
MISTRAL = (
    "{{ bos_token }}{% set ns = namespace(first='') %}{% for m in messages %}"
    "{% if m['role'] == 'system' %}{% set ns.first = m['content'] + '\n\n' %}"
    "{% elif m['role'] == 'user' %}{{ '[INST] ' + ns.first + m['content'] + '[/INST]' }}{% set ns.first = '' %}"
    "{% else %}{{ ' ' + m['content'] + eos_token }}{% endif %}{% endfor %}"
)
PHI = (
    "{% for m in messages %}{{ '<|' + m['role'] + '|>\n' + m['content'] + '<|end|>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>\n' }}{% endif %}"
)
BRACES = CHATML.replace("'<|im_start|>' + m['role']", "'<|im_start|>{' + '{x}' + '} ' + m['role']")
# What pieces between the messages cannot tell: the system message before the last question, wherever that stands.
SYSTEM_LAST = (
    "{% for m in messages[1:] %}{% if m['role'] == 'user' %}{{ '[INST] ' }}"
    "{% if loop.last %}{{ messages[0]['content'] + '\n\n' }}{% endif %}{{ m['content'] + '[/INST]' }}"
    "{% else %}{{ ' ' + m['content'] + eos_token }}{% endif %}{% endfor %}"
)
NUMBERED = CHATML.replace("m['role'] +", "m['role'] + (loop.index | string) +")
SHOUTING = CHATML.replace("m['content']", "(m['content'] | upper)")
NO_SYSTEM = "{% if messages[0]['role'] == 'system' %}{{ raise_exception('no system') }}{% endif %}" + CHATML
ENDLESS = CHATML.replace("<|im_end|>\n", "\n\n")

SPECIAL = ["<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>", "<start_of_turn>", "<end_of_turn>", "<|end|>"]


def tokenizer_of(template: str, *, adds_bos: bool = False) -> Any:
    tokenizer = make_tokenizer(["one two three"], template)
    tokenizer.add_special_tokens({"additional_special_tokens": SPECIAL})
    if adds_bos:
        from tokenizers.processors import TemplateProcessing

        tokenizer.bos_token = "<|endoftext|>"
        ids = [("<|endoftext|>", tokenizer.convert_tokens_to_ids("<|endoftext|>"))]
        tokenizer._tokenizer.post_processor = TemplateProcessing(single="<|endoftext|> $A", special_tokens=ids)
    return tokenizer


@pytest.mark.parametrize("turns", [1, 2, 5])
@pytest.mark.parametrize(
    ("template", "family", "adds_bos", "stop"),
    [
        (CHATML, "chatml", False, "<|im_end|>"),
        (WITH_DEFAULT, "chatml", False, "<|im_end|>"),
        (THINKING, "chatml", False, "<|im_end|>"),
        (BRACES, "chatml", False, "<|im_end|>"),
        (LLAMA3, "llama3", True, "<|eot_id|>"),
        (GEMMA, "gemma", True, "<end_of_turn>"),
        (MISTRAL, "mistral", True, "<|im_end|>"),
        (PHI, "phi", False, "<|end|>"),
    ],
)
def test_the_go_template_gives_the_tokenizers_prompt(
    template: str, family: str, adds_bos: bool, stop: str, turns: int
) -> None:
    from exporting.go_template import render
    from exporting.template import chat_text, go_template, probe_talk

    tokenizer = tokenizer_of(template, adds_bos=adds_bos)
    found = go_template(tokenizer)
    assert (found.family, found.stops[0]) == (family, stop)
    talk = probe_talk(turns, "You are Mira {{ .System }}.\n\nSecond paragraph.")
    expected = chat_text(tokenizer, talk)
    if adds_bos:
        assert expected.startswith("<|endoftext|>")
        expected = expected.removeprefix("<|endoftext|>")
    assert render(found.go, talk) == expected
    assert '"""' not in found.go


def test_qwen3s_empty_thinking_block_opens_the_answer_and_stands_in_no_earlier_one() -> None:
    from exporting.go_template import render
    from exporting.template import go_template, probe_talk

    text = render(go_template(tokenizer_of(THINKING)).go, probe_talk(3))
    assert text.endswith("<|im_start|>assistant\n<think>\n\n</think>\n\n")
    assert text.count("<think>") == 1


def test_without_a_system_message_the_templates_own_one_stands_first() -> None:
    from exporting.go_template import render
    from exporting.template import chat_text, go_template

    tokenizer = tokenizer_of(WITH_DEFAULT)
    talk = [{"role": "user", "content": "Who?"}]
    text = render(go_template(tokenizer).go, talk)
    assert text == chat_text(tokenizer, talk)
    assert "You are a helper." in text


@pytest.mark.parametrize("template", [SYSTEM_LAST, NUMBERED, SHOUTING, NO_SYSTEM, ENDLESS])
def test_a_template_that_cannot_be_told_is_refused(template: str) -> None:
    from exporting.template import go_template
    from tuning.errors import Refused

    with pytest.raises(Refused, match="cannot be written for Ollama"):
        go_template(tokenizer_of(template))


@pytest.mark.parametrize(
    "template",
    [
        "{{ .Prompt }}",
        "{{- range .Messages }}{{ end }}",
        "{{ range .Messages }}",
        "{{ end }}",
        "{{ if .Tools }}x{{ end }}",
    ],
)
def test_what_is_not_rendered_here_is_an_error(template: str) -> None:
    from exporting.go_template import render

    with pytest.raises(ValueError, match=r"\{\{|block"):
        render(template, [{"role": "user", "content": "x"}])


def read_modelfile(text: str) -> list[tuple[str, str]]:
    """(instruction, value) pairs, read as ollama/parser/parser.go reads them: a value ends with its line unless it
    began with three quotation marks that are still open; what cannot be printed is dropped but for line breaks."""
    commands, at = [], 0
    while at < len(text):
        line_end = text.find("\n", at)
        line_end = len(text) if line_end < 0 else line_end
        line = text[at:line_end]
        at = line_end + 1
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, _, value = line.strip().partition(" ")
        assert name.isalpha(), line
        while value.strip().startswith('"""') and not (len(value.strip()) >= 6 and value.strip().endswith('"""')):
            assert at < len(text), "a quotation is never closed"
            line_end = text.find("\n", at)
            line_end = len(text) if line_end < 0 else line_end
            value += "\n" + text[at:line_end]
            at = line_end + 1
        value = "".join(c for c in value if c.isprintable() or c == "\n").strip()
        if value.startswith('"""'):
            value = value[3:-3]
        commands.append((name, value))
    return commands


def finished(system: str) -> Any:
    from exporting.finished import Finished

    here = Path()
    return Finished(*("first", here, here, "", system, "", "base", "", "", "", 0, 256, {}))


@settings(deadline=None)
@given(st.text(alphabet=st.one_of(st.sampled_from('"{}\n #\t\u00a0é😀\u200d'), st.characters(codec="utf-8"))))
def test_any_persona_card_is_read_back_from_the_modelfile(system: str) -> None:
    from exporting.modelfile import modelfile, plain
    from exporting.template import ChatTemplate

    template = ChatTemplate("{{ range .Messages }}a\n{{ .Content }}{{ end }}\n", "chatml", ("<|im_end|>",))
    read = read_modelfile(modelfile(finished(system), "./model-q8_0.gguf", template, context=4096))
    values = dict(read[:3])
    assert values["SYSTEM"] == plain(system)
    assert values["TEMPLATE"] == template.go
    assert values["FROM"] == "./model-q8_0.gguf"
    assert [name for name, _ in read] == ["FROM", "TEMPLATE", "SYSTEM"] + ["PARAMETER"] * 4


def test_a_card_is_changed_only_where_a_modelfile_cannot_hold_it() -> None:
    from exporting.modelfile import plain

    kept = 'You are Mira {{ .System }} "the geologist".\n\nYou say: "no".\nPARAMETER stop x'
    assert plain(kept) == kept
    assert plain('a """quoted""" word') == "a '''quoted''' word"
    assert plain("a\u00a0b\u200bc\r\n") == "a bc"


def test_the_adapters_modelfile_names_the_base_and_the_adapter() -> None:
    from exporting.modelfile import modelfile, ollama_name
    from exporting.template import ChatTemplate

    template = ChatTemplate("x", "chatml", ("<|im_end|>", "<|endoftext|>"))
    text = modelfile(finished("Me."), "/models/my base.gguf", template, context=512, adapter="./adapter.gguf")
    read = read_modelfile(text)
    assert ("FROM", "/models/my base.gguf") in read
    assert ("ADAPTER", "./adapter.gguf") in read
    assert [value for name, value in read if name == "PARAMETER"][:3] == [
        'stop "<|im_end|>"', 'stop "<|endoftext|>"', "num_ctx 512",
    ]  # fmt: skip
    assert ollama_name("My Run! 2") == "my-run-2"
    assert ollama_name("...") == "her"
