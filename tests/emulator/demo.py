"""The example stack in an emulated account that stays until it is told to go: prints "PORT <n>". For scripts/demo-brain.sh."""
import pathlib
import signal
import sys

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent), str(pathlib.Path(__file__).resolve().parent.parent)]

from conftest import Emulator  # noqa: E402
from mode2 import Mode2  # noqa: E402


class Example(Mode2):
    """The emulator knows no managed policies."""

    def roles(self):
        return {name: (service, None, inline) for name, (service, _, inline) in super().roles().items()}


def main():
    emulator = Emulator()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        account = Example(emulator.url)
        account.deploy(account.public())
        print(f"PORT {emulator.port}", flush=True)
        signal.pause()
    except KeyboardInterrupt:
        pass
    finally:
        emulator.stop()


if __name__ == "__main__":
    main()
