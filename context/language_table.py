"""The languages Infill knows, one row each: data, no logic.

Endings, file names and LSP ids are lower case and separated by blanks; an empty
comment means that the language has no line comment.
"""

from __future__ import annotations

from typing import NamedTuple


class Language(NamedTuple):
    """A row: how to know the language, and how it writes a line comment."""

    name: str
    endings: str
    comment: str
    lsp: str
    files: str = ""


_SHELL_FILES = ".bashrc .bash_profile .profile .zshrc .zprofile .bash_aliases .kshrc"
_RUBY_FILES = "rakefile gemfile guardfile podfile vagrantfile brewfile fastfile config.ru"
_MAKE_FILES = "makefile gnumakefile kbuild"
_JSON_FILES = ".babelrc .eslintrc .prettierrc composer.lock"

LANGUAGES = (
    Language("Assembly", ".asm .s", ";", "asm assembly"),
    Language("AWK", ".awk .gawk", "#", "awk"),
    Language("C", ".c .h", "//", "c"),
    Language("C#", ".cs .csx", "//", "csharp"),
    Language("C++", ".cc .cpp .cxx .c++ .hh .hpp .hxx .h++ .ipp .tpp .inl .ixx .cppm", "//", "cpp"),
    Language("CMake", ".cmake", "#", "cmake", "cmakelists.txt"),
    Language("CSS", ".css", "", "css"),
    Language("CUDA", ".cu .cuh", "//", "cuda cuda-cpp"),
    Language("Clojure", ".clj .cljs .cljc .edn", ";", "clojure clojurescript"),
    Language("CoffeeScript", ".coffee", "#", "coffeescript"),
    Language("Common Lisp", ".lisp .lsp .cl .asd", ";", "commonlisp lisp"),
    Language("Crystal", ".cr", "#", "crystal"),
    Language("Cython", ".pyx .pxd .pxi", "#", "cython"),
    Language("Dart", ".dart", "//", "dart"),
    Language("Diff", ".diff .patch", "", "diff"),
    Language("Dockerfile", ".dockerfile", "#", "dockerfile", "dockerfile containerfile"),
    Language("Elixir", ".ex .exs", "#", "elixir", "mix.lock"),
    Language("Elm", ".elm", "--", "elm"),
    Language("Emacs Lisp", ".el", ";", "elisp emacs-lisp", ".emacs"),
    Language("Erlang", ".erl .hrl", "%", "erlang", "rebar.config"),
    Language("F#", ".fs .fsi .fsx", "//", "fsharp"),
    Language("Fish", ".fish", "#", "fish"),
    Language("Fortran", ".f90 .f95 .f03 .f08 .f .for", "!", "fortran fortran-modern fortran90"),
    Language("GDScript", ".gd", "#", "gdscript"),
    Language("GLSL", ".glsl .vert .frag .geom .comp .tesc .tese", "//", "glsl"),
    Language("Go", ".go", "//", "go"),
    Language("GraphQL", ".graphql .gql", "#", "graphql"),
    Language("Groovy", ".groovy .gvy", "//", "groovy", "jenkinsfile"),
    Language("Gradle", ".gradle", "//", "gradle"),
    Language("HCL", ".hcl .tf .tfvars", "#", "hcl terraform terraform-vars"),
    Language("HTML", ".html .htm .xhtml", "", "html"),
    Language("Handlebars", ".hbs .handlebars", "", "handlebars"),
    Language("Haskell", ".hs .lhs", "--", "haskell"),
    Language("INI", ".ini .cfg .conf .properties .desktop", ";", "ini properties", ".editorconfig"),
    Language("JSON", ".json .jsonc .json5 .webmanifest", "", "json jsonc json5", _JSON_FILES),
    Language("JSX", ".jsx", "//", "javascriptreact"),
    Language("Java", ".java", "//", "java"),
    Language("JavaScript", ".js .mjs .cjs .es6", "//", "javascript"),
    Language("Julia", ".jl", "#", "julia"),
    Language("Jupyter Notebook", ".ipynb", "", "jupyter"),
    Language("Kotlin", ".kt .kts", "//", "kotlin"),
    Language("Less", ".less", "//", "less"),
    Language("Lua", ".lua", "--", "lua", ".luacheckrc"),
    Language("MATLAB", ".m", "%", "matlab"),
    Language("Makefile", ".mk .mak .make", "#", "makefile", _MAKE_FILES),
    Language("Markdown", ".md .markdown .mdx", "", "markdown mdx"),
    Language("Nginx Configuration File", ".nginx .nginxconf", "#", "nginx", "nginx.conf"),
    Language("Nimrod", ".nim .nims", "#", "nim"),
    Language("Nix", ".nix", "#", "nix"),
    Language("OCaml", ".ml .mli", "", "ocaml ocaml.interface"),
    Language("Objective-C", ".mm", "//", "objective-c objective-cpp"),
    Language("PHP", ".php .phtml .php5 .php7", "//", "php"),
    Language("Pascal", ".pas .pp .dpr .lpr", "//", "pascal objectpascal"),
    Language("Perl", ".pl .pm .t", "#", "perl"),
    Language("PowerShell", ".ps1 .psm1 .psd1", "#", "powershell"),
    Language("Protocol Buffer", ".proto", "//", "proto proto3 protobuf"),
    Language("Puppet", ".epp", "#", "puppet"),
    Language("Python", ".py .pyi .pyw .gyp", "#", "python", "sconstruct sconscript"),
    Language("R", ".r .rmd", "#", "r rmd", ".rprofile"),
    Language("Racket", ".rkt", ";", "racket"),
    Language("Ruby", ".rb .rake .gemspec .ru .podspec", "#", "ruby", _RUBY_FILES),
    Language("Rust", ".rs", "//", "rust"),
    Language("SCSS", ".scss", "//", "scss"),
    Language("SQL", ".sql .ddl .dml", "--", "sql mysql plsql postgres"),
    Language("Sass", ".sass", "//", "sass"),
    Language("Scala", ".scala .sc .sbt", "//", "scala"),
    Language("Scheme", ".scm .ss .sld", ";", "scheme"),
    Language("Shell", ".sh .bash .zsh .ksh .bats", "#", "shellscript sh bash zsh", _SHELL_FILES),
    Language("Solidity", ".sol", "//", "solidity"),
    Language("Svelte", ".svelte", "//", "svelte"),
    Language("Swift", ".swift", "//", "swift"),
    Language("SystemVerilog", ".sv .svh", "//", "systemverilog"),
    Language("TOML", ".toml", "#", "toml", "pipfile cargo.lock poetry.lock uv.lock"),
    Language("Tcl", ".tcl", "#", "tcl"),
    Language("TeX", ".tex .sty .cls .bib .ltx", "%", "latex tex bibtex"),
    Language("Thrift", ".thrift", "//", "thrift"),
    Language("TypeScript", ".ts .tsx .mts .cts", "//", "typescript typescriptreact"),
    Language("VHDL", ".vhd .vhdl", "--", "vhdl"),
    Language("Vala", ".vala .vapi", "//", "vala"),
    Language("Verilog", ".v .vh", "//", "verilog"),
    Language("VimL", ".vim", '"', "viml vim", ".vimrc .gvimrc"),
    Language("Visual Basic", ".vb .vbs .bas", "'", "vb vbscript"),
    Language("Vue", ".vue", "//", "vue"),
    Language("WebAssembly", ".wat .wast", ";;", "wat webassembly"),
    Language("XML", ".xml .xsd .svg .plist .xaml .csproj .resx", "", "xml xsl"),
    Language("YAML", ".yaml .yml", "#", "yaml dockercompose", ".clang-format"),
    Language("Zig", ".zig .zon", "//", "zig"),
)
