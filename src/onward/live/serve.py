"""Start the prediction service on a run's bundle, after checking it."""

import os
import subprocess
import sys
from pathlib import Path

from onward.errors import NotServableError
from onward.release.bundle import load

SERVICE = "onward.serving.service:Advice"


def serve(run: Path, *, unsigned: bool, host: str, port: int) -> None:
    """Serve ``run/bundle`` until interrupted; a bundle that nobody signed needs ``unsigned``.

    On POSIX this process becomes BentoML's own, so that a signal to it ends the service and frees the port.
    """
    folder = run / "bundle"
    load(folder)
    if not unsigned:
        raise NotServableError(
            f"expected a bundle that an officer has signed; {run} is not; to try it out, add --unsigned: every "
            "answer will say that nobody signed for it"
        )
    environment = os.environ | {
        "ONWARD_BUNDLE": str(folder.resolve()),
        "ONWARD_UNSIGNED": "yes",
        "OMP_NUM_THREADS": "1",
        "BENTOML_DO_NOT_TRACK": os.environ.get("BENTOML_DO_NOT_TRACK", "1"),
    }
    command = [sys.executable, "-m", "bentoml", "serve", SERVICE, "--host", host, "--port", str(port)]
    if os.name == "posix":
        sys.stdout.flush()
        sys.stderr.flush()
        os.execve(sys.executable, command, environment)  # noqa: S606 - our own service, no shell
    subprocess.run(command, env=environment, check=False)  # noqa: S603 - the same
