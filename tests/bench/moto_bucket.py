"""The emulator with one bucket already full, filled without HTTP so that 50,000 versions take seconds.

usage: moto_bucket.py N [plain]    plain: never versioned, N keys; else N versions, two a key
Prints "PORT n" when it answers on 127.0.0.1 and ends when its standard input closes.
"""
import logging
import os
import sys

from moto.moto_server.threaded_moto_server import ThreadedMotoServer
from moto.s3.models import s3_backends

BUCKET = "results"


def fill(n, plain):
    backend = s3_backends["123456789012"]["aws"]
    backend.create_bucket(BUCKET, "us-east-1")
    if not plain:
        backend.put_bucket_versioning(BUCKET, "Enabled")
    for i in range(n):
        place = i if plain else i // 2
        backend.put_object(BUCKET, f"jobs/{place * 2654435761 % 2**32:08x}/out.h5", b"x")


def main():
    os.environ.update(AWS_ACCESS_KEY_ID="testing", AWS_SECRET_ACCESS_KEY="testing")
    logging.getLogger("werkzeug").disabled = True
    fill(int(sys.argv[1]), sys.argv[2:] == ["plain"])
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    print("PORT", server.get_host_and_port()[1], flush=True)
    sys.stdin.read()
    server.stop()


if __name__ == "__main__":
    main()
