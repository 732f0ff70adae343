"""The languages of markup, templates, data, settings and grammars, one row each: data, no logic.

Endings as in `context.languages.code`: each in the row of the language it most often means.
"""

from __future__ import annotations

from context.languages.row import Language

_APACHE_FILES = ".htaccess httpd.conf apache2.conf apache.conf"
_INI_FILES = ".editorconfig .gitconfig .gitmodules .npmrc .pylintrc .flake8"
_JSON_FILES = ".babelrc .eslintrc .prettierrc .jshintrc composer.lock flake.lock"
_MAKE_FILES = "makefile gnumakefile kbuild bsdmakefile"
_TOML_FILES = "pipfile cargo.lock poetry.lock uv.lock"
_XML_ENDINGS = (
    ".xml .xsd .svg .plist .xaml .csproj .fsproj .vbproj .props .targets .resx .wsdl .rss"
)

MARKUP: tuple[Language, ...] = (
    Language("Apache Configuration", ".apacheconf .vhost", "#", "apache apacheconf", _APACHE_FILES),
    Language("AsciiDoc", ".adoc .asciidoc", "//", "asciidoc"),
    Language("Astro", ".astro", "//", "astro"),
    Language("Augeas", ".aug", "", "augeas", block="(* *)"),
    Language("BNF", ".bnf", ";", "bnf"),
    Language("Batchfile", ".bat .cmd", "REM", "bat dosbatch"),
    Language("Bicep", ".bicep", "//", "bicep"),
    Language("BitBake", ".bb .bbclass .bbappend", "#", "bitbake"),
    Language("CMake", ".cmake .cmake.in", "#", "cmake", "cmakelists.txt"),
    Language("CSS", ".css", "", "css", block="/* */"),
    Language("CSV", ".csv .tsv", "", "csv tsv"),
    Language("Csound Score", ".sco", ";", "csound-sco"),
    Language("Darcs Patch", ".dpatch .darcspatch", ""),
    Language("Debian Control File", ".dsc", "#", "debcontrol debian-control", "control"),
    Language("DeviceTree", ".dts .dtsi .dtso", "//", "dts devicetree"),
    Language("Diff", ".diff .patch .rej", "", "diff"),
    Language("Docker", ".docker", "#"),
    Language(
        "Dockerfile", ".dockerfile .containerfile", "#", "dockerfile", "dockerfile containerfile"
    ),
    Language("EBNF", ".ebnf", "", "ebnf", block="(* *)"),
    Language("FreeMarker", ".ftl .ftlh .ftlx", "", "freemarker ftl", block="<#-- -->"),
    Language("Genshi", ".kid .genshi", "", "genshi kid", block="<!-- -->"),
    Language("Gentoo Ebuild", ".ebuild", "#", "ebuild"),
    Language("Gentoo Eclass", ".eclass", "#", "eclass"),
    Language("Gettext Catalog", ".po .pot", "#", "po gettext"),
    Language("Go Module", "", "//", "gomod go.mod go.work", "go.mod go.work"),
    Language(
        "Go Template", ".gotmpl .tmpl .gohtml", "", "gotmpl gotexttmpl helm", block="{{/* */}}"
    ),
    Language("GraphQL", ".graphql .gql .graphqls", "#", "graphql"),
    Language("Graphviz DOT", ".dot .gv", "//", "dot graphviz"),
    Language("Groff", ".roff .groff .man .me .mdoc .tr .nroff", '.\\"', "groff nroff troff"),
    Language("Groovy Server Pages", ".gsp", "", "gsp", block="<%-- --%>"),
    Language("HCL", ".hcl .tf .tfvars .nomad .workflow", "#", "hcl terraform terraform-vars"),
    Language("HTML", ".html .htm .xhtml .xht", "", "html xhtml", block="<!-- -->"),
    Language(
        "HTML Django",
        ".jinja .jinja2 .j2 .djhtml",
        "",
        "htmldjango jinja django-html",
        block="{# #}",
    ),
    Language("HTML ERB", ".erb", "", "erb eruby html.erb", block="<%# %>"),
    Language("HTML PHP", "", "", "", block="<!-- -->"),
    Language("HTTP", ".http .rest", "#", "http rest"),
    Language(
        "Handlebars", ".hbs .handlebars .mustache", "", "handlebars mustache", block="{{!-- --}}"
    ),
    Language(
        "INI", ".ini .cfg .conf .properties .desktop .inf", ";", "ini properties dosini", _INI_FILES
    ),
    Language(
        "JSON", ".json .jsonc .json5 .webmanifest .geojson", "", "json jsonc json5", _JSON_FILES
    ),
    Language("Jade", ".jade", "//-", "jade"),
    Language("Java Server Pages", ".jsp .jspx .jspf .tag", "", "jsp", block="<%-- --%>"),
    Language("Jsonnet", ".jsonnet .libsonnet", "//", "jsonnet"),
    Language("Jupyter Notebook", ".ipynb", "", "jupyter"),
    Language("Just", ".just", "#", "just", "justfile .justfile"),
    Language("Kconfig", ".kconfig", "#", "kconfig", "kconfig"),
    Language("Less", ".less", "//", "less"),
    Language("Lighttpd Configuration File", "", "#", "lighttpd", "lighttpd.conf"),
    Language("Linker Script", ".ld .lds .ld.s", "", "ld linkerscript", block="/* */"),
    Language("Liquid", ".liquid", "", "liquid", block="{%comment%} {%endcomment%}"),
    Language("Makefile", ".mk .mak .make .am", "#", "makefile make", _MAKE_FILES),
    Language("Mako", ".mako .mao", "##", "mako"),
    Language("Markdown", ".md .markdown .mdx .mdown", "", "markdown mdx", block="<!-- -->"),
    Language("Mason", ".mas .mhtml .mc .mi", "", "mason", "autohandler dhandler", "<%doc> </%doc>"),
    Language("Meson", "", "#", "meson", "meson.build meson_options.txt meson.options"),
    Language("Nginx Configuration File", ".nginx .nginxconf", "#", "nginx", "nginx.conf"),
    Language("Ninja", ".ninja", "#", "ninja"),
    Language("OMG Interface Definition Language", ".idl .pidl", "//", "idl omgidl"),
    Language("Objdump", ".objdump", "", "objdump"),
    Language("Org", ".org", "#", "org"),
    Language("PEG", ".peg", "#", "peg"),
    Language("POD", ".pod", "", "pod"),
    Language("PkgConfig", ".pc .pc.in", "#", "pkgconfig"),
    Language("Prisma", ".prisma", "//", "prisma"),
    Language("Protocol Buffer", ".proto", "//", "proto proto3 protobuf"),
    Language("Pug", ".pug", "//-", "pug"),
    Language("QMake", ".pri .prf", "#", "qmake"),
    Language("RAML", ".raml", "#", "raml"),
    Language("RConsole", ".rout .rout.save", ""),
    Language("RHTML", ".rhtml", "", "rhtml", block="<%# %>"),
    Language("Rd", ".rd", "%", "rd"),
    Language("Rego", ".rego", "#", "rego"),
    Language("SCSS", ".scss", "//", "scss"),
    Language("Sass", ".sass", "//", "sass"),
    Language("ShExC", ".shex", "#", "shex"),
    Language("Singularity", "", "#", "singularity", "singularity"),
    Language("Slim", ".slim", "/", "slim"),
    Language("Smarty", ".tpl .smarty", "", "smarty", block="{* *}"),
    Language("Stylus", ".styl .stylus", "//", "stylus"),
    Language("Svelte", ".svelte", "//", "svelte"),
    Language("TOML", ".toml", "#", "toml", _TOML_FILES),
    Language("TeX", ".tex .sty .cls .bib .ltx .dtx .ins .tikz", "%", "latex tex bibtex plaintex"),
    Language("Terminfo", ".ti .terminfo", "#", "terminfo", "terminfo.src"),
    Language("Thrift", ".thrift", "//", "thrift"),
    Language("Twig", ".twig", "", "twig", block="{# #}"),
    Language("TypoScript", ".typoscript", "#", "typoscript"),
    Language("USD", ".usda .usd", "#", "usd usda"),
    Language("Unity3D Asset", ".unity .prefab .asset .mat .anim .controller .meta", "#"),
    Language("Velocity", ".vm .vtl", "##", "velocity"),
    Language("Vue", ".vue", "//", "vue"),
    Language("Web IDL", ".webidl .widl", "//", "webidl"),
    Language("XML", _XML_ENDINGS, "", "xml", block="<!-- -->"),
    Language("XML Lasso", ".lasso .lassoapp .las", "//", "lasso"),
    Language("XSLT", ".xsl .xslt", "", "xsl xslt", block="<!-- -->"),
    Language(
        "YAML", ".yaml .yml .clang-format", "#", "yaml dockercompose", ".clang-format .clang-tidy"
    ),
    Language("YANG", ".yang", "//", "yang"),
    Language("reStructuredText", ".rst .rest.txt", "..", "restructuredtext rst"),
)
