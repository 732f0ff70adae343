# What a developer does often. Each recipe is one line that also works without `just`.

# Install what the tests need into .venv, as the README says.
setup:
    python3 -m venv .venv && .venv/bin/pip install --require-hashes -r constraints.txt && .venv/bin/pip install --no-deps -e .

# Every suite; pass arguments on to pytest.
test *arguments:
    .venv/bin/pytest {{arguments}}

# Format, and mend what the linter can mend by itself.
fix:
    .venv/bin/ruff format . && .venv/bin/ruff check --fix .

# The gates alone: linters, type checkers, import contracts.
check:
    .venv/bin/pytest tests/e2e/test_gates.py

# Rewrite golden prompts; review the diff before committing.
golden:
    .venv/bin/pytest tests/golden --update-golden

# Renew the lock: versions and hashes, no addresses.
lock:
    uv pip compile pyproject.toml --extra test --universal --python-version 3.11 --generate-hashes --no-annotate --no-header -o constraints.txt
