"""What is read in C and C++ files: kinds, owners, signatures, and macros in the way."""

from __future__ import annotations

import pytest

from context.parsing.blanked import is_cpp, readable
from context.parsing.parse import parse

C = """\
/* The greater one. */
#define MAX(a, b) \\
  ((a) > (b) ? (a) : (b))
#define LIMIT 8
#ifndef GUARD
#define GUARD
#endif
typedef struct opaque opaque;
/// A list.
struct list {
  int size, *items;
  char name[8];
  int (*compare)(int, int);
  union {
    int number;
    char *text;
  } value;
};
typedef struct named { int x; } named_t;
typedef enum { RED, GREEN = 2 } color;
typedef int (*callback)(int);
extern int counter;
static const char *names[] = {"a"};
struct list *list_new(void);
static int
list_add(struct list *l)
{
  int local = 1;
  return local;
}
int old(a, b) int a; char *b; { return 1; }
API_EXTERN int exported(void);
EXPORT(int) wrapped(void) { return 1; }
"""

CPP = """\
namespace db {
// A slice.
class DB_EXPORT Slice : public Base {
 public:
  explicit Slice(const char* d) : data_(d) {}
  ~Slice() = default;
  const char* data() const { return data_; }
  virtual Status Get(const Key& key, int* out) = 0;
  bool operator==(const Slice& other) const;
  enum Kind { kA, kB };
 private:
  const char* data_ GUARDED_BY(mutex_) = nullptr;
  Mutex mutex_;
};
template <typename T>
class List { T& front(); };
Status Slice::Get(const Key& key, int* out) { return 1; }
template <class T> T& List<T>::front() { return x; }
using Alias = int;
constexpr int kMax = 4;
int free_function(int a);
}  // namespace db
extern "C" { int plain(void); }
"""


def _kinds(path: str, language: str, text: str) -> list[tuple[str, str, str]]:
    definitions = parse(path, language, text).definitions
    return [
        (item.kind, item.name, definitions[item.parent].name if item.parent >= 0 else item.owner)
        for item in definitions
    ]


def test_kinds_in_c() -> None:
    assert _kinds("a.c", "C", C) == [
        ("function", "MAX", ""),
        ("constant", "LIMIT", ""),
        ("type", "opaque", ""),
        ("class", "list", ""),
        ("field", "size", "list"),
        ("field", "items", "list"),
        ("field", "name", "list"),
        ("field", "compare", "list"),
        ("class", "value", "list"),
        ("field", "number", "value"),
        ("field", "text", "value"),
        ("class", "named_t", ""),
        ("field", "x", "named_t"),
        ("enum", "color", ""),
        ("constant", "RED", "color"),
        ("constant", "GREEN", "color"),
        ("type", "callback", ""),
        ("constant", "counter", ""),
        ("constant", "names", ""),
        ("function", "list_new", ""),
        ("function", "list_add", ""),
        ("function", "old", ""),
        ("function", "exported", ""),
        ("function", "wrapped", ""),
    ]


def test_signatures_and_documentation_in_c() -> None:
    """A `#define` ends with its last line, a function's head with its brace."""
    rows = C.split("\n")
    found = {item.name: item for item in reversed(parse("a.c", "C", C).definitions)}
    assert (found["MAX"].line, found["MAX"].head, found["MAX"].last) == (1, 1, 2)
    assert rows[found["MAX"].doc] == "/* The greater one. */"
    assert rows[found["list"].doc] == "/// A list."
    assert rows[found["list_add"].line] == "static int"
    assert rows[found["list_add"].head] == "{"
    assert found["list_new"].head == found["list_new"].last


def test_constants_of_an_enumeration_are_names_of_the_file() -> None:
    names = parse("a.h", "C", C).names
    assert {"RED", "GREEN", "color", "named_t", "MAX", "list_add"} <= names
    assert names.isdisjoint({"size", "number", "local", "GUARD"})


def test_kinds_in_cpp() -> None:
    """What is defined outside of its class belongs to it; what is in a namespace to the file."""
    assert _kinds("a.cc", "C++", CPP) == [
        ("module", "db", ""),
        ("class", "Slice", "db"),
        ("method", "Slice", "Slice"),
        ("method", "~Slice", "Slice"),
        ("method", "data", "Slice"),
        ("method", "Get", "Slice"),
        ("method", "operator==", "Slice"),
        ("enum", "Kind", "Slice"),
        ("constant", "kA", "Kind"),
        ("constant", "kB", "Kind"),
        ("field", "data_", "Slice"),
        ("field", "mutex_", "Slice"),
        ("class", "List", "db"),
        ("method", "front", "List"),
        ("method", "Get", "db"),
        ("method", "front", "db"),
        ("type", "Alias", "db"),
        ("constant", "kMax", "db"),
        ("method", "free_function", "db"),
        ("function", "plain", ""),
    ]
    facts = parse("a.cc", "C++", CPP)
    assert facts.names == {"db", "Slice", "List", "Alias", "kMax", "free_function", "plain"}
    assert [item.owner for item in facts.definitions if item.owner] == ["Slice", "List"]
    template = next(item for item in facts.definitions if item.name == "List")
    assert CPP[template.start :].startswith("template <typename T>\nclass List")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("namespace a {\n}", True),
        ("namespace a::b\n{\n}", True),
        ("  template <class T> T f(T);", True),
        ("class Foo : public Bar {", True),
        ("class API Foo;", True),
        (" public:\n  int x;", True),
        ("using std::string;", True),
        ('#ifdef __cplusplus\nextern "C" {\n#endif\nint f(void);', False),
        ("/* A\n   class of things; namespace too\n*/ struct a { int class; };", False),
        ("int public;", False),
    ],
)
def test_a_header_is_cpp_by_what_it_holds(text: str, *, expected: bool) -> None:
    assert is_cpp(text.encode()) is expected


def test_headers_with_classes_are_parsed_as_cpp() -> None:
    facts = parse("slice.h", "C", CPP)
    assert "Slice" in facts.names
    assert facts.language == "C"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("class API_X Foo {", "class       Foo {"),
        ("struct PACKED(4) foo {", "struct           foo {"),
        ("API_X int f(void);", "      int f(void);"),
        ("int a GUARDED_BY(m);", "int a              ;"),
        ("FILE *open(void);", "FILE *open(void);"),
        ("x = CALL(a);", "x = CALL(a);"),
        ("struct TM now;", "struct TM now;"),
        ("#define ABC(x) x", "#define ABC(x) x"),
    ],
)
def test_macros_become_blanks_where_nothing_else_can_stand(text: str, kept: str) -> None:
    assert readable("C++", "a.cc", text.encode()) == ("C++", kept.encode())


def test_broken_text_still_gives_facts() -> None:
    text = '#include "b.h"\nstruct s { int x; };\nint f( {{{ \nclass X : { void g(;\n#define N 1\n'
    facts = parse("a.cc", "C++", text)
    assert {"s", "x"} <= {item.name for item in facts.definitions}
    assert [item.module for item in facts.imports] == ["./b.h"]
