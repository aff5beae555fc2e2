#!/usr/bin/env bash
# How many of an API's operations are tested when a Schemathesis test is spread over processes.
#
# schemathesis 4.32.5, pytest 9.2.0, pytest-xdist 3.8.0
#
# Guess: three operations make three tests, in one process or in two.
# Seen: the three have names of their own and one id, "test_api.py::test_api": pytest 9.2 makes an id
# of the parent and the function, and Schemathesis adds the operation to the name alone. One process
# runs all three. With --dist loadfile, loadscope or loadgroup xdist keeps tests by their id, runs one
# of them, and reports success; what was collected is said to be three.
# So: compare the number of tests collected with the number passed, or put the operation in the id.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/venv"
"$tmp/venv/bin/pip" install -q --disable-pip-version-check schemathesis==4.32.5 pytest==9.2.0 \
    pytest-xdist==3.8.0
mkdir "$tmp/suite"
cat >"$tmp/suite/test_api.py" <<'PY'
import schemathesis

answers = {"responses": {"200": {"description": "OK"}}}
schema = schemathesis.openapi.from_dict(
    {
        "openapi": "3.0.3",
        "info": {"title": "Three", "version": "1"},
        "paths": {path: {"get": answers} for path in ("/a", "/b", "/c")},
    }
)


@schema.parametrize()
def test_api(case):
    assert case.path
PY
cd "$tmp/suite"
count() {
    "$tmp/venv/bin/python" -m pytest -q -p no:cacheprovider "$@" 2>/dev/null | grep -o '[0-9]* passed'
}
{
    echo "ids: $("$tmp/venv/bin/python" -m pytest -q -p no:cacheprovider --collect-only 2>/dev/null |
        grep '::' | sort -u | wc -l)"
    echo "one process: $(count)"
    echo "loadfile: $(count -n 2 --dist loadfile)"
    echo "load: $(count -n 2 --dist load)"
} >seen
cat seen
diff - seen <<'EXPECTED'
ids: 1
one process: 3 passed
loadfile: 1 passed
load: 3 passed
EXPECTED
