"""Import edges of a Java repository against what the Java compiler finds in the same sources.

    python tests/bench/edges_java.py REPOSITORY

Needs `java` 17 or newer on PATH and the repository's sources, not its libraries: the
compiler resolves what it can and the rest has no edges in the repository anyway. An edge
of the reference is a type of another file that a text names, or a static member used
without its type. Types that the compiler inferred (parameters of lambdas) are named by
nobody; it reports them as if they were, so they count as missing here.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from context.index import build
from context.languages import of
from context.parsing.parse import parse

_PROGRAM = """
import com.sun.source.tree.*;
import com.sun.source.util.*;
import java.io.StringWriter;
import java.nio.file.*;
import java.util.*;
import javax.lang.model.element.*;
import javax.tools.*;

public class Uses {
  public static void main(String[] args) throws Exception {
    List<Path> paths = new ArrayList<>();
    for (String line : Files.readAllLines(Path.of(args[0]))) paths.add(Path.of(line));
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null);
    JavacTask task = (JavacTask) compiler.getTask(new StringWriter(), files, d -> {},
        List.of("-proc:none", "-XDshould-stop.ifError=FLOW", "-Xmaxerrs", "100000"),
        null, files.getJavaFileObjectsFromPaths(paths));
    Iterable<? extends CompilationUnitTree> units = task.parse();
    task.analyze();
    Trees trees = Trees.instance(task);
    Map<String, String> homes = new HashMap<>();
    for (CompilationUnitTree unit : units)
      for (Tree type : unit.getTypeDecls()) {
        Element made = trees.getElement(new TreePath(new TreePath(unit), type));
        if (made instanceof TypeElement t)
          homes.put(t.getQualifiedName().toString(), unit.getSourceFile().getName());
      }
    Set<String> out = new TreeSet<>();
    for (CompilationUnitTree unit : units) {
      String user = unit.getSourceFile().getName();
      new TreePathScanner<Void, Void>() {
        void note(boolean isBare) {
          Element used = trees.getElement(getCurrentPath());
          if (used == null) return;
          boolean isType = used.getKind().isClass() || used.getKind().isInterface();
          if (!isType && !(isBare && used.getModifiers().contains(Modifier.STATIC))) return;
          Element top = used;
          while (top.getEnclosingElement() != null
              && top.getEnclosingElement().getKind() != ElementKind.PACKAGE)
            top = top.getEnclosingElement();
          if (!(top instanceof TypeElement type)) return;
          String home = homes.get(type.getQualifiedName().toString());
          if (home != null && !home.equals(user)) out.add(user + "\\t" + home);
        }
        @Override public Void visitIdentifier(IdentifierTree node, Void v) {
          note(true);
          return super.visitIdentifier(node, v);
        }
        @Override public Void visitMemberSelect(MemberSelectTree node, Void v) {
          note(false);
          return super.visitMemberSelect(node, v);
        }
      }.scan(new TreePath(unit), null);
    }
    out.forEach(System.out::println);
  }
}
"""
_DESCRIPTORS = ("module-info.java", "package-info.java")


def main() -> None:
    root = Path(sys.argv[1]).resolve()
    paths = sorted(path for path in root.rglob("*.java") if path.name not in _DESCRIPTORS)
    names = [path.relative_to(root).as_posix() for path in paths]
    texts = [path.read_text("utf-8", "replace") for path in paths]
    index = build(
        {name: parse(name, of(name), text) for name, text in zip(names, texts, strict=True)}
    )
    ours = {(user, used) for user, edges in index.imports.items() for used in edges}
    theirs = _compiled(root, paths)
    both = len(ours & theirs)
    print(f"{len(paths)} files, {len(theirs)} edges by the compiler, {len(ours)} by us")
    print(f"precision {both / len(ours):.4f}  recall {both / len(theirs):.4f}")
    for what, edges in (("extra", ours - theirs), ("missing", theirs - ours)):
        for user, used in sorted(edges)[:20]:
            print(f"{what}: {user} -> {used}")


def _compiled(root: Path, paths: list[Path]) -> set[tuple[str, str]]:
    with tempfile.TemporaryDirectory() as folder:
        program, sources = Path(folder, "Uses.java"), Path(folder, "sources")
        program.write_text(_PROGRAM)
        sources.write_text("\n".join(map(str, paths)))
        command = ["java", str(program), str(sources)]
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    pairs = (line.split("\t") for line in said.splitlines())
    return {
        (Path(user).relative_to(root).as_posix(), Path(used).relative_to(root).as_posix())
        for user, used in pairs
    }


if __name__ == "__main__":
    main()
