"""What a language is called in prompts that name it, told by a path's ending."""

from __future__ import annotations

_NAMES = {
    "Bash": "bash sh zsh",
    "C": "c h",
    "C#": "cs",
    "C++": "cc cpp cxx hh hpp hxx",
    "CSS": "css",
    "Dart": "dart",
    "Go": "go",
    "HTML": "htm html",
    "Java": "java",
    "JavaScript": "cjs js jsx mjs",
    "JSON": "json",
    "Kotlin": "kt kts",
    "Lua": "lua",
    "Markdown": "md",
    "Objective-C": "m",
    "PHP": "php",
    "Perl": "pl pm",
    "Python": "py pyi",
    "R": "r",
    "Ruby": "rb",
    "Rust": "rs",
    "SQL": "sql",
    "Scala": "sc scala",
    "Swift": "swift",
    "TypeScript": "cts mts ts tsx",
    "XML": "xml",
    "YAML": "yaml yml",
}
_BY_ENDING = {ending: name for name, endings in _NAMES.items() for ending in endings.split()}


def language_name(path: str) -> str:
    """The name that a model knows the file's language by; empty where it is none of the usual."""
    name, dot, ending = path.rpartition("/")[2].rpartition(".")
    return _BY_ENDING.get(ending.lower(), "") if name and dot else ""
