"""Whether a text's syntax is right, as others than tree-sitter see it.

Python's own compiler; TypeScript's parser for JavaScript and TypeScript, `php-parser`,
Ruby's `prism` and `luaparse`, where Node finds them (`NODE_PATH`); javac's parser; rustc's;
gofmt's; `bash -n`. What isn't on this machine judges nothing.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import warnings
from functools import cache
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    Judge = Callable[[str, str], bool]

_NODE = r"""
const found = {};
for (const name of ['typescript', 'php-parser', '@ruby/prism', 'luaparse']) {
  try { found[name] = require(name); } catch { }
}
const ts = found['typescript'];
const kinds = { js: 'JSX', jsx: 'JSX', mjs: 'JSX', cjs: 'JSX', ts: 'TS', tsx: 'TSX' };
(async () => {
  const prism = found['@ruby/prism'] ? await found['@ruby/prism'].loadPrism() : null;
  const judges = {
    ts: (ending, text) => ts.createSourceFile('a.' + ending, text, ts.ScriptTarget.Latest, false,
      ts.ScriptKind[kinds[ending]]).parseDiagnostics.length === 0,
    php: (_, text) => { new found['php-parser'].Engine({ parser: { suppressErrors: false } })
      .parseCode(text, 'a.php'); return true; },
    rb: (_, text) => prism(text).errors.length === 0,
    lua: (_, text) => { found['luaparse'].parse(text, { luaVersion: 'LuaJIT' }); return true; },
  };
  const able = [ts && 'ts', found['php-parser'] && 'php', prism && 'rb'];
  able.push(found['luaparse'] && 'lua');
  console.log(JSON.stringify(able.filter(Boolean)));
  for await (const line of require('readline').createInterface({ input: process.stdin })) {
    const { ending, text } = JSON.parse(line);
    let right = false;
    try { right = judges[ending in kinds ? 'ts' : ending](ending, text); } catch { }
    console.log(right);
  }
})();
"""

_JAVA = r"""
import java.io.*; import java.net.URI; import java.util.*; import javax.tools.*;
import com.sun.source.util.JavacTask;
public class Judge {
  public static void main(String[] args) throws Exception {
    var compiler = ToolProvider.getSystemJavaCompiler();
    var in = new DataInputStream(new BufferedInputStream(System.in));
    while (true) {
      int size; try { size = in.readInt(); } catch (EOFException e) { return; }
      var text = new String(in.readNBytes(size), "UTF-8");
      var found = new DiagnosticCollector<JavaFileObject>();
      var file = new SimpleJavaFileObject(
          URI.create("string:///A.java"), JavaFileObject.Kind.SOURCE) {
        public CharSequence getCharContent(boolean ignore) { return text; } };
      var options = List.of("-proc:none");
      ((JavacTask) compiler.getTask(null, null, found, options, null, List.of(file))).parse();
      System.out.println(found.getDiagnostics().stream()
          .noneMatch(each -> each.getKind() == Diagnostic.Kind.ERROR));
    }
  }
}
"""


def judge_for(ending: str) -> Judge | None:
    """What judges texts of files with this ending (`.py`); None where nothing here does."""
    name = ending.removeprefix(".")
    if name == "py":
        return _python
    if name == "java" and shutil.which("java"):
        return _java
    if name == "rs" and shutil.which("rustc"):
        return _rust
    if name == "go" and shutil.which("gofmt"):
        return _program("gofmt", "-l")
    if name in {"sh", "bash"} and shutil.which("bash"):
        return _program("bash", "-n")
    kind = "ts" if name in {"js", "jsx", "mjs", "cjs", "ts", "tsx"} else name
    return _node_judge if shutil.which("node") and kind in _node()[1] else None


def _python(_ending: str, text: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, "a.py", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError):
        return False
    return True


def _program(*command: str) -> Judge:
    def judged(_ending: str, text: str) -> bool:
        done = subprocess.run(command, input=text.encode(), capture_output=True, check=False)
        return done.returncode == 0

    return judged


def _rust(_ending: str, text: str) -> bool:
    command = ("rustc", "--edition", "2021", "-Z", "unpretty=normal", "-")
    environment = {**os.environ, "RUSTC_BOOTSTRAP": "1"}
    done = subprocess.run(
        command, input=text.encode(), capture_output=True, check=False, env=environment
    )
    return done.returncode == 0


@cache
def _node() -> tuple[subprocess.Popen[bytes], tuple[str, ...]]:
    process = subprocess.Popen(("node", "-e", _NODE), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    return process, tuple(json.loads(_out(process).readline()))


def _node_judge(ending: str, text: str) -> bool:
    process = _node()[0]
    asked = {"ending": ending.removeprefix("."), "text": text}
    return _asked(process, json.dumps(asked).encode() + b"\n")


@cache
def _java_process() -> subprocess.Popen[bytes]:
    folder = Path(tempfile.mkdtemp())
    (folder / "Judge.java").write_text(_JAVA)
    return subprocess.Popen(
        ("java", str(folder / "Judge.java")), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )


def _java(_ending: str, text: str) -> bool:
    data = text.encode()
    return _asked(_java_process(), len(data).to_bytes(4, "big") + data)


def _asked(process: subprocess.Popen[bytes], data: bytes) -> bool:
    assert process.stdin is not None
    process.stdin.write(data)
    process.stdin.flush()
    return _out(process).readline().strip() == b"true"


def _out(process: subprocess.Popen[bytes]) -> IO[bytes]:
    assert process.stdout is not None
    return process.stdout
