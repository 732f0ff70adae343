"""Conversations as each family's own template spells them."""

from __future__ import annotations

import pytest

from inference.models import chat, known_models
from inference.types import Message

TALK = (
    Message("system", "Be brief"),
    Message("user", "Hello"),
    Message("assistant", "Hi there"),
    Message("user", "Who are you"),
)
EOS = "<\uff5cend\u2581of\u2581sentence\uff5c>"
SEED_BOS, SEED_EOS = "<[begin\u2581of\u2581sentence]>", "<[end\u2581of\u2581sentence]>"


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        (
            chat.DEEPSEEK_V1,
            (
                "Be brief### Instruction:\nHello\n### Response:\nHi there\n<|EOT|>\n"
                "### Instruction:\nWho are you\n### Response:\n"
            ),
        ),
        (
            chat.DEEPSEEK_V2,
            f"Be brief\n\nUser: Hello\n\nAssistant: Hi there{EOS}User: Who are you\n\nAssistant:",
        ),
        (
            chat.DEEPSEEK_V2_5,
            (
                "Be brief<\uff5cUser\uff5c>Hello<\uff5cAssistant\uff5c>Hi there"
                f"{EOS}<\uff5cUser\uff5c>Who are you<\uff5cAssistant\uff5c>"
            ),
        ),
        (
            chat.QWEN2_5,
            (
                "<|im_start|>system\nBe brief<|im_end|>\n<|im_start|>user\nHello<|im_end|>\n"
                "<|im_start|>assistant\nHi there<|im_end|>\n"
                "<|im_start|>user\nWho are you<|im_end|>\n<|im_start|>assistant\n"
            ),
        ),
        (
            chat.MISTRAL_V3,
            "[INST] Hello[/INST] Hi there</s>[INST] Be brief\n\nWho are you[/INST]",
        ),
        (
            chat.CODE_LLAMA,
            (
                "[INST] <<SYS>>\nBe brief\n<</SYS>>\n\nHello [/INST] Hi there </s>"
                "<s>[INST] Who are you [/INST]"
            ),
        ),
        (
            chat.GEMMA,
            (
                "<start_of_turn>user\nBe brief\n\nHello<end_of_turn>\n"
                "<start_of_turn>model\nHi there<end_of_turn>\n"
                "<start_of_turn>user\nWho are you<end_of_turn>\n<start_of_turn>model\n"
            ),
        ),
        (
            chat.GRANITE_CODE,
            (
                "System:\nBe brief\n\nQuestion:\nHello\n\nAnswer:\nHi there\n\n"
                "Question:\nWho are you\n\nAnswer:\n"
            ),
        ),
        (
            chat.GRANITE,
            (
                "<|start_of_role|>system<|end_of_role|>Be brief<|end_of_text|>\n"
                "<|start_of_role|>user<|end_of_role|>Hello<|end_of_text|>\n"
                "<|start_of_role|>assistant<|end_of_role|>Hi there<|end_of_text|>\n"
                "<|start_of_role|>user<|end_of_role|>Who are you<|end_of_text|>\n"
                "<|start_of_role|>assistant<|end_of_role|>"
            ),
        ),
        (
            chat.GLM4,
            (
                "<|system|>\nBe brief<|user|>\nHello<|assistant|>\nHi there<|user|>\nWho are you"
                "<|assistant|>\n"
            ),
        ),
        (
            chat.SEED_CODER,
            (
                f"{SEED_BOS}system\nBe brief\n\n{SEED_EOS}{SEED_BOS}user\nHello{SEED_EOS}"
                f"{SEED_BOS}assistant\nHi there{SEED_EOS}{SEED_BOS}user\nWho are you{SEED_EOS}"
                f"{SEED_BOS}assistant\n"
            ),
        ),
    ],
    ids=lambda value: value.name if isinstance(value, chat.ChatFormat) else "",
)
def test_a_conversation(form, expected):
    assert form.render(TALK) == expected


def test_what_the_template_says_when_nobody_tells_it():
    asked = chat.DEEPSEEK_V1.render(TALK[1:2])
    assert asked.startswith("You are an AI programming assistant, utilizing the Deepseek Coder")
    assert asked.endswith("will refuse to answer\n### Instruction:\nHello\n### Response:\n")
    assert chat.CHATML.render(TALK[1:2]) == (
        "<|im_start|>user\nHello<|im_end|>\n<|im_start|>assistant\n"
    )
    assert "created by Alibaba Cloud" in chat.QWEN2_5.render(TALK[1:2])


def test_blanks_around_what_was_said_go_where_the_template_drops_them():
    said = (Message("user", "  indented\n"),)
    assert chat.GEMMA.render(said).startswith("<start_of_turn>user\nindented<end_of_turn>")
    assert chat.CHATML.render(said).startswith("<|im_start|>user\n  indented\n<|im_end|>")


def test_braces_in_what_was_said_are_left_alone():
    """A conversation about templates is one, too."""
    said = (Message("system", "{content}"), Message("user", "f'{content}'"))
    assert chat.GEMMA.render(said).startswith("<start_of_turn>user\n{content}\n\nf'{content}'<")


@pytest.mark.parametrize("spec", [spec for spec in known_models() if spec.chat], ids=str)
def test_a_turn_ends_at_texts_that_nobodys_source_may_hold(spec):
    assert spec.chat.ends
    assert spec.format.bos == "" or all(map(spec.format.holds_sentinel, spec.chat.ends))
