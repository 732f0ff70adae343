"""How a model family wants its conversations spelled, as data.

A server that has the model's own chat template renders messages by itself; these
entries are for wires that take a prompt, and tell at which texts a turn ends. Each
is exactly what the template published with the model makes of text turns.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inference.types import Message


@dataclass(frozen=True, slots=True)
class ChatFormat:
    r"""One family's turns; `{content}` in them is what was said.

    Attributes:
        system: the system's turn, or what stands in a user's turn before its words
            where the family has no turn for it (see `system_in`).
        user: a user's turn.
        assistant: an assistant's turn, its end included.
        answer: what the turn to be generated begins with.
        ends: texts at which a generated turn ends.
        bos: what a conversation begins with. As with a prompt, a server that tokenises
            text puts the tokenizer's own BOS there itself.
        default_system: what the family's template says where nobody has given a
            system turn, spelled whole.
        system_in: where the system's words go: a turn of their own, the first user's
            turn or the last one's.
        strips: whether blanks around what was said are dropped.
        between: what stands between an assistant's turn and the user's next one.
    """

    name: str
    system: str
    user: str
    assistant: str
    answer: str
    ends: tuple[str, ...]
    bos: str = ""
    default_system: str = ""
    system_in: Literal["turn", "first", "last"] = "turn"
    strips: bool = False
    between: str = ""

    def render(self, messages: Sequence[Message]) -> str:
        """The conversation as text, up to where the assistant's next turn is generated.

        Without `bos`, as `Prompt.text` is without it. Several system turns of a family
        that has no turn for them are joined by an empty line.
        """
        spoken = list(messages)
        system = ""
        if self.system_in != "turn":
            spoken = [message for message in messages if message.role != "system"]
            said = [self._said(one.content) for one in messages if one.role == "system"]
            system = _fill(self.system, "\n\n".join(said)) if said else ""
        told = any(message.role == "system" for message in messages)
        turns = [] if told else [self.default_system]
        host = self._host(spoken)
        for place, message in enumerate(spoken):
            if place and message.role == "user" and spoken[place - 1].role == "assistant":
                turns.append(self.between)
            said_here = self._said(message.content)
            turns.append(self._turn(message.role, (system if place == host else "") + said_here))
        return "".join(turns) + self.answer

    def _said(self, content: str) -> str:
        return content.strip() if self.strips else content

    def _host(self, spoken: Sequence[Message]) -> int:
        """The place of the user's turn that carries the system's words; -1 where none does."""
        users = [place for place, message in enumerate(spoken) if message.role == "user"]
        if self.system_in == "turn" or not users:
            return -1
        return users[0] if self.system_in == "first" else users[-1]

    def _turn(self, role: str, content: str) -> str:
        turns = {"system": self.system, "user": self.user, "assistant": self.assistant}
        return _fill(turns[role], content)


def _fill(turn: str, content: str) -> str:
    return turn.replace("{content}", content)


# https://github.com/deepseek-ai/DeepSeek-Coder (README, "Chat Model Inference") and the
# template of deepseek-coder-6.7b-instruct and -33b-instruct, whose wording differs by a
# full stop from the README's.
DEEPSEEK_V1 = ChatFormat(
    "deepseek-v1",
    system="{content}",
    user="### Instruction:\n{content}\n",
    assistant="### Response:\n{content}\n<|EOT|>\n",
    answer="### Response:\n",
    ends=("<|EOT|>", "<｜end▁of▁sentence｜>"),  # noqa: RUF001 - the model's own spelling
    bos="<｜begin▁of▁sentence｜>",  # noqa: RUF001
    default_system=(
        "You are an AI programming assistant, utilizing the Deepseek Coder model, developed by "
        "Deepseek Company, and you only answer questions related to computer science. For "
        "politically sensitive questions, security and privacy issues, and other non-computer "
        "science questions, you will refuse to answer\n"
    ),
)

# https://github.com/deepseek-ai/DeepSeek-Coder-V2 (README, "How to run locally"), which warns
# that a blank after "Assistant:" makes the 16B model answer in another language.
DEEPSEEK_V2 = ChatFormat(
    "deepseek-v2",
    system="{content}\n\n",
    user="User: {content}\n\n",
    assistant="Assistant: {content}<｜end▁of▁sentence｜>",  # noqa: RUF001
    answer="Assistant:",
    ends=("<｜end▁of▁sentence｜>",),  # noqa: RUF001
    bos="<｜begin▁of▁sentence｜>",  # noqa: RUF001
)

# https://huggingface.co/deepseek-ai/DeepSeek-V2.5: "the chat template has been updated".
DEEPSEEK_V2_5 = ChatFormat(
    "deepseek-v2.5",
    system="{content}",
    user="<｜User｜>{content}",  # noqa: RUF001
    assistant="<｜Assistant｜>{content}<｜end▁of▁sentence｜>",  # noqa: RUF001
    answer="<｜Assistant｜>",  # noqa: RUF001
    ends=("<｜end▁of▁sentence｜>",),  # noqa: RUF001
    bos="<｜begin▁of▁sentence｜>",  # noqa: RUF001
)

# Qwen3-Coder and StableCode-Instruct say nothing where nobody has given a system turn.
CHATML = ChatFormat(
    "chatml",
    system="<|im_start|>system\n{content}<|im_end|>\n",
    user="<|im_start|>user\n{content}<|im_end|>\n",
    assistant="<|im_start|>assistant\n{content}<|im_end|>\n",
    answer="<|im_start|>assistant\n",
    ends=("<|im_end|>", "<|endoftext|>"),
)

QWEN2_5 = replace(
    CHATML,
    name="qwen2.5",
    default_system=(
        "<|im_start|>system\nYou are Qwen, created by Alibaba Cloud. You are a helpful assistant."
        "<|im_end|>\n"
    ),
)

# https://github.com/mistralai/mistral-common, `InstructTokenizerV3`: what the system says goes
# before the last of the user's turns.
MISTRAL_V3 = ChatFormat(
    "mistral-v3",
    system="{content}\n\n",
    user="[INST] {content}",
    assistant="[/INST] {content}</s>",
    answer="[/INST]",
    ends=("</s>",),
    bos="<s>",
    system_in="last",
)

# https://github.com/meta-llama/codellama, `llama/generation.py`: each pair of turns is a
# sequence of its own.
CODE_LLAMA = ChatFormat(
    "codellama",
    system="<<SYS>>\n{content}\n<</SYS>>\n\n",
    user="[INST] {content}",
    assistant=" [/INST] {content} </s>",
    answer=" [/INST]",
    ends=("</s>",),
    bos="<s>",
    system_in="first",
    strips=True,
    between="<s>",
)

# The template of google/gemma-7b-it, which refuses a system turn: here it begins the first
# of the user's.
GEMMA = ChatFormat(
    "gemma",
    system="{content}\n\n",
    user="<start_of_turn>user\n{content}<end_of_turn>\n",
    assistant="<start_of_turn>model\n{content}<end_of_turn>\n",
    answer="<start_of_turn>model\n",
    ends=("<end_of_turn>", "<eos>"),
    bos="<bos>",
    system_in="first",
    strips=True,
)

# The template of ibm-granite/granite-8b-code-instruct.
GRANITE_CODE = ChatFormat(
    "granite-code",
    system="System:\n{content}\n\n",
    user="Question:\n{content}\n\n",
    assistant="Answer:\n{content}\n\n",
    answer="Answer:\n",
    ends=("<|endoftext|>",),
)

# The template of ibm-granite/granite-3.0-8b-instruct; those of 3.3 and 4.0 spell turns alike,
# but say the date and who they are where nobody has given a system turn.
GRANITE = ChatFormat(
    "granite",
    system="<|start_of_role|>system<|end_of_role|>{content}<|end_of_text|>\n",
    user="<|start_of_role|>user<|end_of_role|>{content}<|end_of_text|>\n",
    assistant="<|start_of_role|>assistant<|end_of_role|>{content}<|end_of_text|>\n",
    answer="<|start_of_role|>assistant<|end_of_role|>",
    ends=("<|end_of_text|>",),
)

# The template of GLM-4.
GLM4 = ChatFormat(
    "glm-4",
    system="<|system|>\n{content}",
    user="<|user|>\n{content}",
    assistant="<|assistant|>\n{content}",
    answer="<|assistant|>\n",
    ends=("<|user|>", "<|endoftext|>", "<|observation|>"),
    bos="[gMASK]<sop>",
)

# As the prompt formats of LlamaEdge spell the template of Seed-Coder-8B-Instruct: every turn
# is a sequence of its own, BOS and EOS included, so that none precedes all.
SEED_CODER = ChatFormat(
    "seed-coder",
    system="<[begin▁of▁sentence]>system\n{content}\n\n<[end▁of▁sentence]>",
    user="<[begin▁of▁sentence]>user\n{content}<[end▁of▁sentence]>",
    assistant="<[begin▁of▁sentence]>assistant\n{content}<[end▁of▁sentence]>",
    answer="<[begin▁of▁sentence]>assistant\n",
    ends=("<[end▁of▁sentence]>",),
    default_system=(
        "<[begin▁of▁sentence]>system\nYou are an AI programming assistant, utilizing the "
        "Seed-Coder model, developed by ByteDance Seed, and you only answer questions related to "
        "computer science. For politically sensitive questions, security and privacy issues, and "
        "other non-computer science questions, you will refuse to answer.\n\n<[end▁of▁sentence]>"
    ),
    strips=True,
)
