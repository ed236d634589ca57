"""Has schemathesis try every public operation of AuthService by its own description.

Usage: openapi_fuzz.py BASE_URL INVITATION. Every answer has to be one that `/openapi.json` has, and none a mistake of ours.
The last line is `all held`.
"""
import pathlib
import subprocess
import sys
import tempfile

from identity import arguments, step

# Internal routes are not on this listener, and a sign-out would end the session that the others are tried with.
LEFT_OUT = "^/internal|^/metrics|^/v1/sign-out"
CHECKS = ["not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance"]


def main():
    service, owner = arguments()
    program = pathlib.Path(sys.executable).parent / "schemathesis"
    # It keeps notes in the folder where it runs.
    with tempfile.TemporaryDirectory() as folder:
        result = subprocess.run(
            [program, "run", service.base + "/openapi.json", "--header", "Authorization: Bearer " + owner.token(),
             "--checks", ",".join(CHECKS), "--exclude-path-regex", LEFT_OUT, "--max-examples", "15", "--seed", "7",
             "--workers", "1", "--continue-on-failure"],
            capture_output=True, text=True, timeout=300, check=False, cwd=folder)
    said = result.stdout[-8000:] + result.stderr[-2000:]
    assert result.returncode == 0 and "Test cases:" in said, said
    step(said.split("Test cases:")[1].split("\n")[1].strip())
    step("all held")


main()
