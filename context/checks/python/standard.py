"""Members of the standard library's classes that others are made of."""

from __future__ import annotations

import abc
import builtins
import enum
from functools import lru_cache

# What instances of a class have besides what the class shows, and what later Pythons added.
_MORE = {
    "BaseException": "args with_traceback add_note __notes__ characters_written",
    "OSError": "errno strerror filename filename2 winerror",
    "ImportError": "name path msg name_from",
    "SyntaxError": "msg lineno offset text filename end_lineno end_offset print_file_and_line",
    "StopIteration": "value",
    "SystemExit": "code",
    "KeyError": "",
    "AttributeError": "name obj",
    "NameError": "name",
    "UnicodeError": "encoding object start end reason",
    "enum": "name value _name_ _value_ _sort_order_ _missing_ _ignore_ _order_ _add_alias_ "
    "_add_value_alias_ _generate_next_value_",
    "tuple": "_fields _replace _asdict _make _field_defaults _source",
}
_TEST_CASE = (
    "addClassCleanup addCleanup addTypeEqualityFunc assertAlmostEqual assertAlmostEquals "
    "assertCountEqual assertDictContainsSubset assertDictEqual assertEndsWith assertEqual "
    "assertEquals assertFalse assertGreater assertGreaterEqual assertHasAttr assertIn assertIs "
    "assertIsInstance assertIsNone assertIsNot assertIsNotNone assertIsSubclass assertLess "
    "assertLessEqual assertListEqual assertLogs assertMultiLineEqual assertNoLogs "
    "assertNotAlmostEqual assertNotAlmostEquals assertNotEndsWith assertNotEqual assertNotEquals "
    "assertNotHasAttr assertNotIn assertNotIsInstance assertNotIsSubclass assertNotRegex "
    "assertNotRegexpMatches assertNotStartsWith assertRaises assertRaisesRegex "
    "assertRaisesRegexp assertRegex assertRegexpMatches assertSequenceEqual assertSetEqual "
    "assertStartsWith assertTrue assertTupleEqual assertWarns assertWarnsRegex assert_ "
    "countTestCases debug defaultTestResult doClassCleanups doCleanups enterClassContext "
    "enterContext fail failIf failIfAlmostEqual failIfEqual failUnless failUnlessAlmostEqual "
    "failUnlessEqual failUnlessRaises failureException id longMessage maxDiff run setUp "
    "setUpClass shortDescription skipTest subTest tearDown tearDownClass tearDown_class_cleanups"
)
_OF_TYPES = frozenset(dir(type))
_PLAIN = frozenset(
    {
        "abc.ABC",
        "typing.Generic",
        "typing.Protocol",
        "typing_extensions.Protocol",
        "typing_extensions.Generic",
    }
)
_ENUMS = frozenset({"Enum", "IntEnum", "Flag", "IntFlag", "StrEnum", "ReprEnum"})
_CONCRETE = frozenset(
    {"object", "dict", "list", "set", "frozenset", "tuple", "str", "int", "float"}
)


@lru_cache(maxsize=256)
def members_of(name: str) -> frozenset[str] | None:
    """What an instance of a class of the standard library has; None for one that isn't known.

    Args:
        name: of a built-in class alone, of others with their module.
    """
    if name in _PLAIN:
        return frozenset(dir(abc.ABC))
    if name in {"unittest.TestCase", "unittest.case.TestCase"}:
        return frozenset(_TEST_CASE.split()) | frozenset(dir(object))
    module, _, last = name.rpartition(".")
    if module == "enum" and last in _ENUMS:
        made: type = getattr(enum, last, enum.Enum)
        return frozenset(dir(made)) | frozenset(dir(int)) | frozenset(_MORE["enum"].split())
    if name in {"typing.NamedTuple", "typing_extensions.NamedTuple"}:
        return frozenset(dir(tuple)) | frozenset(_MORE["tuple"].split())
    return _built_in(name)


def _built_in(name: str) -> frozenset[str] | None:
    made = getattr(builtins, name, None) if "." not in name else None
    if not isinstance(made, type):
        return None
    if name not in _CONCRETE and not issubclass(made, BaseException):
        return None
    more = [_MORE.get(kin.__name__, "") for kin in made.__mro__]
    return frozenset(dir(made)) | frozenset(word for text in more for word in text.split())


def of_types() -> frozenset[str]:
    """What every class has for being one."""
    return _OF_TYPES | {"register", "_abc_impl"}


def is_enum(name: str) -> bool:
    """Whether a class of the standard library makes enumerations."""
    module, _, last = name.rpartition(".")
    return module == "enum" and last in _ENUMS
