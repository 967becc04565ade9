"""What one writes with boto3 to empty a versioned bucket fast: pages as they come, deleted by 8 threads, until one lists nothing.

usage: boto3_empty.py BUCKET
"""
import concurrent.futures
import sys

import boto3
from botocore.config import Config


def sweep(s3, pool, bucket):
    """One listing, its pages deleted as they come; how many versions it had."""
    jobs, seen = [], 0
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        objects = [{"Key": v["Key"], "VersionId": v["VersionId"]} for v in page.get("Versions", []) + page.get("DeleteMarkers", [])]
        if objects:
            jobs.append(pool.submit(s3.delete_objects, Bucket=bucket, Delete={"Objects": objects}))
            seen += len(objects)
    for job in jobs:
        job.result()
    return seen


def main():
    s3 = boto3.client("s3", config=Config(max_pool_connections=10, s3={"addressing_style": "path"}))
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        while sweep(s3, pool, sys.argv[1]):
            pass


if __name__ == "__main__":
    main()
