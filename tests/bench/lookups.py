"""Makes the look-ups of a JSON list with boto3 and eight threads, and says how many were answered and how many refused."""
import json
import re
import sys
from concurrent.futures import ThreadPoolExecutor

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

THREADS = 8


def snake(name):
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def main():
    with open(sys.argv[1], encoding="utf-8") as f:
        lookups = json.load(f)
    session = boto3.session.Session()
    config = Config(max_pool_connections=THREADS)
    clients = {s: session.client(s, config=config) for s in {x["service"] for x in lookups}}

    def look_up(item):
        client, name = clients[item["service"]], snake(item["operation"])
        try:
            if client.can_paginate(name):
                for _ in client.get_paginator(name).paginate(**item["input"]):
                    pass
            else:
                getattr(client, name)(**item["input"])
        except ClientError:
            return False
        return True

    with ThreadPoolExecutor(THREADS) as pool:
        answered = list(pool.map(look_up, lookups))
    print(f"{sum(answered)} answered, {len(answered) - sum(answered)} refused")


if __name__ == "__main__":
    main()
