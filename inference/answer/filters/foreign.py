"""What isn't code: what models say around it, and the control texts of their formats."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inference.answer.hole import Hole
    from inference.answer.lines import Line

# Control texts of the model families that exist, by their beginning or as a whole. A model's
# own end generation anyway; those of others leak where one was trained on another's output.
_CONTROL = (
    "<|endoftext|>",
    "<|end_of_text|>",
    "<|im_start|>",
    "<|im_end|>",
    "<|eot_id|>",
    "<|begin_of_text|>",
    "<|fim_prefix|>",
    "<|fim_middle|>",
    "<|fim_suffix|>",
    "<|fim_pad|>",
    "<|file_sep|>",
    "<|file_separator|>",
    "<|repo_name|>",
    "<|cursor|>",
    "<|user|>",
    "<|assistant|>",
    "<|system|>",
    "<fim_prefix>",
    "<fim_middle>",
    "<fim_suffix>",
    "<fim_pad>",
    "<fim-prefix>",
    "<fim-middle>",
    "<fim-suffix>",
    "<fim-pad>",
    "<commit_before>",
    "<commit_msg>",
    "<commit_after>",
    "<issue_start>",
    "<issue_comment>",
    "<issue_closed>",
    "<jupyter_start>",
    "<jupyter_text>",
    "<jupyter_code>",
    "<jupyter_output>",
    "<empty_output>",
    "<file_sep>",
    "<repo_name>",
    "<reponame>",
    "<gh_stars>",
    "<end_of_turn>",
    "<start_of_turn>",
    "<eos>",
    "<bos>",
    "<pad>",
    "<unk>",
    "[/INST]",
    "[PREFIX]",
    "[MIDDLE]",
    "[SUFFIX]",
    "<\uff5cfim\u2581",
    "<\uff5cend\u2581of\u2581sentence\uff5c>",
    "<\uff5cbegin\u2581of\u2581sentence\uff5c>",
    "<\uff5cUser\uff5c>",
    "<\uff5cAssistant\uff5c>",
    " <PRE>",
    "<SUF>",
    "<MID>",
    "<EOT>",
)
# Those that a document of tags may hold as well.
_TAGS = ("</s>", "<filename>")
_LEAK = re.compile("|".join(map(re.escape, (*_CONTROL, *_TAGS))))
_FENCE = re.compile(r"[ \t]*(?:`{3,}|~{3,})[ \t]*[\w+#.-]*[ \t]*")
# A sentence to the reader. Where code is wanted, one is a comment, or stands among such lines.
# It doesn't begin in capitals, as commands of some languages do.
_SENTENCE = re.compile(
    r"[ \t]*[A-Z](?:[a-z'\u2019][\w'\u2019]*)?[,!.]?(?: [\w'\u2019(),-]+){3,}[.:!]?[ \t]*|"
    r"[ \t]*(?:Sure|Certainly|Okay|Of course|Here)\b[!,.]? [\w' \u2019,.-]*[.:!][ \t]*"
)
_NEAR = 8


def leaks(hole: Hole) -> tuple[str, ...]:
    """Texts at which generation ends whatever the model: control texts that leaked.

    Who works on such formats writes them on purpose, so those that the document has near
    the cursor don't count.
    """
    near = hole.above + hole.below
    tags = () if "</" in near else _TAGS
    return tuple(text for text in (*_CONTROL, *tags) if text not in near)


def leak_in(text: str, hole: Hole) -> int | None:
    """Where the first of them stands in a text; None where none does."""
    found = (
        [at for each in leaks(hole) if (at := text.find(each)) >= 0] if _LEAK.search(text) else ()
    )
    return min(found, default=None)


def cut_foreign(lines: Sequence[Line], hole: Hole) -> int | None:
    """End before a fence of Markdown; nothing is left of what begins with a sentence to the reader.

    Where the document itself has such lines next to the cursor, they are what is wanted, and
    further down they may stand in a string or a comment that the completion has begun.
    """
    start, line = lines[-1]
    if _FENCE.fullmatch(line):
        # In the middle of a line no fence is wanted anywhere.
        is_within = len(lines) == 1 and re.search(r"\w", hole.before) is not None
        is_foreign = is_within or not (_has_prose(hole) or _is_remark(lines[:-1]))
        return start if is_foreign else None
    is_first = not any(each.text.strip() for each in lines[:-1]) and not hole.before.strip()
    return start if is_first and _SENTENCE.fullmatch(line) and not _has_prose(hole) else None


def _is_remark(lines: Sequence[Line]) -> bool:
    """Whether these lines have begun a long string or comment that goes on."""
    text = "\n".join(line.text for line in lines)
    return (
        any(text.count(quote) % 2 for quote in ('"""', "'''", "`"))
        or text.count("/*") > text.count("*/")
        or text.count("=begin") > text.count("=end")
    )


def _has_prose(hole: Hole) -> bool:
    """Whether what stands around the cursor is no code either: documentation, or a comment."""
    above = [line for line in hole.above.split("\n")[:-1] if line.strip()][-_NEAR:]
    around = (*above, *hole.following[:_NEAR])
    neighbours = (*above[-1:], *hole.following[:1])
    if any(rule.fullmatch(each) for each in neighbours for rule in (_FENCE, _PROSE, _ELEMENT)):
        return True
    n_code = sum(_CODE.search(line) is not None for line in around)
    return 3 * n_code < len(around) or not around


# A line of a comment or a text, or what begins one.
_PROSE = re.compile(
    r"[ \t]*(?:\*+ +)?[\w'\u2019(,`@-]+(?:[,;]? [\w'\u2019(),;:`.<>@-]+){3,}[ \t]*|"
    r"[ \t]*(?:/\*+!?|\*|\"{3}|'{3}|=begin|<!--).*"
)
# A line of markup that text stands in.
_ELEMENT = re.compile(r"[ \t]*</?[A-Za-z][^<>]*>[ \t]*")
_CODE = re.compile(r"[(){}\[\]=;]|</?\w|:[ \t]*$")
