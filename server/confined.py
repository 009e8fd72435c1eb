"""Reading what strangers sent: in a process of its own, with limits on time and memory."""

import contextlib
import sys
from pathlib import Path


async def answer_of(module: str, asked: bytes, seconds: float) -> tuple[int, bytes]:
    """Run a module with this input; return (exit code, output). The code is negative if the process was killed.

    Raises TimeoutError after so many seconds; the process is killed then.
    """
    import asyncio  # the module that is run needs `limit` alone, and starts faster without

    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module),
        cwd=Path(__file__).parent.parent,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        answer, _errors = await asyncio.wait_for(process.communicate(asked), seconds)
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    return process.returncode or 0, answer


def limit(seconds: int, memory: int) -> None:
    """Limit the seconds of processor time and the bytes of memory of this process, as far as the system can."""
    with contextlib.suppress(ImportError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        # Some systems have no limit on address space; there the time limit of the parent ends the process.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
