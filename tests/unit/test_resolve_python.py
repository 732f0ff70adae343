"""Python's imports where packages, stubs and re-exports are less plain than usual."""

from __future__ import annotations

from indexed import index_of


def edges(fixture: str, path: str) -> dict[str, tuple[str, ...]]:
    return dict(index_of(fixture).imports[path])


def test_any_module_passes_on_what_it_imports() -> None:
    """Not packages alone; renamed on the way, and through a star."""
    fixture = """
        //- /pkg/__init__.py
        //- /pkg/errors.py
        class Error(Exception): ...
        class Other(Exception): ...
        //- /pkg/client.py
        from .errors import Error as ClientError
        from .errors import *
        def get(): ...
        //- /use.py
        from pkg.client import ClientError, Other, get, missing
    """
    assert edges(fixture, "use.py") == {
        "pkg/client.py": ("get", "missing"),
        "pkg/errors.py": ("ClientError", "Other"),
    }


def test_modules_that_import_each_other_come_to_an_end() -> None:
    fixture = """
        //- /a.py
        from b import x, y
        //- /b.py
        from a import x
        from c import y
        //- /c.py
        from b import *
        y = 1
    """
    assert edges(fixture, "a.py") == {"b.py": ("x",), "c.py": ("y",)}


def test_a_star_that_could_not_have_a_name_is_no_source_of_it() -> None:
    fixture = """
        //- /pkg/__init__.py
        from .one import *
        from .two import *
        //- /pkg/one.py
        A = 1
        //- /pkg/two.py
        from .three import *
        //- /pkg/three.py
        B = 1
        //- /use.py
        from pkg import B
    """
    assert edges(fixture, "use.py") == {"pkg/__init__.py": (), "pkg/three.py": ("B",)}


def test_a_module_is_its_source_where_a_stub_lies_beside_it() -> None:
    fixture = """
        //- /pkg/__init__.py
        //- /pkg/fast.pyi
        def run() -> int: ...
        //- /pkg/slow.py
        def walk(): ...
        //- /pkg/slow.pyi
        def walk() -> int: ...
        //- /use.py
        from pkg.fast import run
        from pkg.slow import walk
    """
    assert edges(fixture, "use.py") == {"pkg/fast.pyi": ("run",), "pkg/slow.py": ("walk",)}


def test_folders_without_an_init_are_packages_too() -> None:
    """In a `src` layout, inside a package, and imported relatively from within."""
    fixture = """
        //- /src/lib/plugins/one.py
        from ..core import Base
        from . import two
        two.run()
        //- /src/lib/plugins/two.py
        def run(): ...
        //- /src/lib/core.py
        class Base: ...
        //- /tests/test_one.py
        from lib.plugins import one
        import lib.plugins.two as second
        second.run()
    """
    assert edges(fixture, "src/lib/plugins/one.py") == {
        "src/lib/core.py": ("Base",),
        "src/lib/plugins/two.py": ("run",),
    }
    assert edges(fixture, "tests/test_one.py") == {
        "src/lib/plugins/one.py": (),
        "src/lib/plugins/two.py": ("run",),
    }
