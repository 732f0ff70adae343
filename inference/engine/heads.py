"""Attention heads of the models of the table: what a layer may be split into.

From `config.json` of each: heads of the queries, heads of keys and values (0 where one
latent serves all, as in DeepSeek-V2). A model's own folder, where it is here, tells better.
"""

from __future__ import annotations

_LATENT_LITE, _LATENT = (16, 0), (128, 0)
_KINDS = ("", "-instruct")

HEADS: dict[str, tuple[int, int]] = {
    **{f"deepseek-coder-v2-lite-{kind}": _LATENT_LITE for kind in ("base", "instruct")},
    **{f"deepseek-v2-lite{kind}": _LATENT_LITE for kind in ("", "-chat")},
    **{f"deepseek-coder-v2-{kind}": _LATENT for kind in ("base", "instruct")},
    **dict.fromkeys(("deepseek-v2", "deepseek-v2-chat"), _LATENT),
    **dict.fromkeys(("deepseek-v2.5", "deepseek-v2.5-1210"), _LATENT),
    **{
        f"deepseek-coder-{size}-{kind}": heads
        for size, heads in (("1.3b", (16, 16)), ("6.7b", (32, 32)), ("33b", (56, 8)))
        for kind in ("base", "instruct")
    },
    "deepseek-coder-5.7bmqa-base": (32, 1),
    **{
        f"qwen2.5-coder-{size}b{kind}": heads
        for size, heads in (
            ("0.5", (14, 2)),
            ("1.5", (12, 2)),
            ("3", (16, 2)),
            ("7", (28, 4)),
            ("14", (40, 8)),
            ("32", (40, 8)),
        )
        for kind in _KINDS
    },
    "qwen3-coder-30b-a3b-instruct": (32, 4),
    "qwen3-coder-480b-a35b-instruct": (96, 8),
    "starcoder2-3b": (24, 2),
    "starcoder2-7b": (36, 4),
    "starcoder2-15b": (48, 4),
    **{
        f"codellama-{size}b{kind}": heads
        for size, heads in (("7", (32, 32)), ("13", (40, 40)), ("34", (64, 8)))
        for kind in _KINDS
    },
    "codestral-22b-v0.1": (48, 8),
    **{f"codegemma-{kind}": (8, 1) for kind in ("2b", "1.1-2b")},
    **{f"codegemma-{kind}": (16, 16) for kind in ("7b", "7b-it", "1.1-7b-it")},
    "codegeex4-all-9b": (32, 2),
    **{f"seed-coder-8b-{kind}": (32, 8) for kind in ("base", "instruct")},
    **{f"granite-3.3-{kind}": (32, 8) for kind in ("2b-base", "2b-instruct")},
    **{f"granite-3.3-{kind}": (32, 8) for kind in ("8b-base", "8b-instruct")},
}

# Qwen2.5-Coder from 7B on: its files say 32,768, and what is beyond that wants YaRN, which
# costs quality where prompts are short (its card, "Processing Long Texts").
NATIVE_TOKENS: dict[str, int] = {
    f"qwen2.5-coder-{size}b{kind}": 32_768 for size in ("7", "14", "32") for kind in _KINDS
}
