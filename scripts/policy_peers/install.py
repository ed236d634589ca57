"""Gets the engines, pinned by version and digest (x86-64 Linux, Python 3.11): Cedar by pip, from requirements.txt; OPA's
wheel asks for Python 3.14, so pip refuses to install it, and only its shared library is taken out of it.

    .venv/bin/python scripts/policy_peers/install.py     installs what is missing into that .venv
"""
import hashlib
import pathlib
import subprocess
import sys
import tempfile
import zipfile

FOLDER = pathlib.Path(__file__).resolve().parent / ".engines"
REQUIREMENTS = FOLDER.parent / "requirements.txt"
OPA_VERSION = "0.4.4"  # OPA 1.20.2
OPA_WHEEL_SHA256 = "d411c901e14b8c7c3023e23e4a944f4cf429c1d31baf80e959e57d11efbfd24a"
OPA_MEMBER = "opa_bindings/libopabridge.so"


def setup():
    """Everything that peers.py needs. What is there stays."""
    pip("install", "--require-hashes", "--requirement", str(REQUIREMENTS))
    return opa_library()


def opa_library(folder=FOLDER):
    """Where OPA's shared library is; downloaded where it is missing, its digest checked."""
    # The name holds the version, so that a new pin is downloaded.
    library = folder / f"libopabridge-{OPA_VERSION}.so"
    if library.exists():
        return library
    with tempfile.TemporaryDirectory() as downloads:
        pip("download", "--no-deps", "--only-binary=:all:", "--python-version", "314", "--dest", downloads,
            f"opa-golib-python-bindings=={OPA_VERSION}")
        wheel = next(pathlib.Path(downloads).glob("*.whl"))
        if (digest := hashlib.sha256(wheel.read_bytes()).hexdigest()) != OPA_WHEEL_SHA256:
            raise SystemExit(f"install: {wheel.name} has the digest {digest}, not {OPA_WHEEL_SHA256}")
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = library.with_suffix(".part")
        unfinished.write_bytes(zipfile.ZipFile(wheel).read(OPA_MEMBER))
        unfinished.rename(library)
    return library


def pip(command, *arguments):
    subprocess.run([sys.executable, "-m", "pip", command, "--quiet", "--disable-pip-version-check", *arguments],
                   check=True)


if __name__ == "__main__":
    print(setup())
