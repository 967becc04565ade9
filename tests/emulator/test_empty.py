"""A whole bucket in the emulator emptied through the library: versions, markers, odd keys, uploads."""
import json
import subprocess

import boto3
import pytest
from botocore.config import Config

OWNER = "123456789012"
# The emulator cannot list control characters nor store a line feed: tests/unit/cleanup/test_empty.c has those.
ODD = ["\x7f", "tab\tbed", " lead", "trail/", "//", "a//b", "dots/../up", "..", "plus+ %41%", "é/e\u0301", "日本/語", "\U0001f600", "<Key>&amp;]]>",
       "q?x#y", "k" * 1024, "\\"]


@pytest.fixture
def s3(emulator):
    emulator.reset()
    return boto3.client("s3", endpoint_url=emulator.url, region_name="us-east-1", aws_access_key_id="testing",
                        aws_secret_access_key="testing", config=Config(s3={"addressing_style": "path"}))


@pytest.fixture
def empty(emulator, build, tmp_path):
    def run(bucket, owner=OWNER):
        env = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "AWS_ENDPOINT_URL": emulator.url, "AWS_ACCESS_KEY_ID": "testing",
               "AWS_SECRET_ACCESS_KEY": "testing", "AWS_REGION": "us-east-1", "NO_PROXY": "127.0.0.1"}
        done = subprocess.run([build / "tests" / "bench_empty", bucket, owner], env=env, capture_output=True, text=True, timeout=120)
        assert "Sanitizer" not in done.stderr and "runtime error" not in done.stderr, done.stderr
        return done.returncode, json.loads(done.stdout), done.stderr
    return run


def left(s3, bucket):
    found = s3.list_object_versions(Bucket=bucket)
    return found.get("Versions", []) + found.get("DeleteMarkers", []) + s3.list_multipart_uploads(Bucket=bucket).get("Uploads", [])


def versioned(s3, bucket, status="Enabled"):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": status})


def test_versions_markers_nulls_odd_keys_and_uploads(s3, empty):
    s3.create_bucket(Bucket="results")
    s3.create_bucket(Bucket="bystander")
    s3.put_object(Bucket="bystander", Key="stays", Body=b"x")
    for key in ODD[:4]:  # "null" versions, from before
        s3.put_object(Bucket="results", Key=key, Body=b"before")
    versioned(s3, "results")
    for n in range(2):
        for key in ODD:
            s3.put_object(Bucket="results", Key=key, Body=b"12345")
    for key in ODD[5:9]:
        s3.delete_object(Bucket="results", Key=key)
    for key in ("big", "odd +%/../é"):
        s3.create_multipart_upload(Bucket="results", Key=key)
    there = sum(len(page.get("Versions", [])) + len(page.get("DeleteMarkers", []))
                for page in s3.get_paginator("list_object_versions").paginate(Bucket="results"))

    status, said, err = empty("results")
    assert status == 0 and said["empty"] and said["left"] == 0, (said, err)
    assert said["deleted"] == there and said["uploads"] == 2, (said, there)
    assert left(s3, "results") == []
    s3.delete_bucket(Bucket="results")
    assert len(left(s3, "bystander")) == 1

    status, said, err = empty("results")
    assert status == 0 and said["gone"], (said, err)


def test_more_than_a_page(s3, empty):
    s3.create_bucket(Bucket="large")
    versioned(s3, "large")
    for n in range(1050):  # no markers: the emulator lists them last, and does not survive that one is a key's last version
        s3.put_object(Bucket="large", Key=f"jobs/{n * 7919 % 1000:03}/out.h5", Body=b"x")
    status, said, err = empty("large")
    assert status == 0 and said["empty"] and said["deleted"] == 1050, (said, err)
    assert left(s3, "large") == []


def test_versioning_suspended(s3, empty):
    s3.create_bucket(Bucket="paused")
    versioned(s3, "paused")
    for key in ODD[:8]:
        s3.put_object(Bucket="paused", Key=key, Body=b"x")
    versioned(s3, "paused", "Suspended")
    for key in ODD[4:12]:
        s3.put_object(Bucket="paused", Key=key, Body=b"null")
    status, said, err = empty("paused")
    assert status == 0 and said["empty"], (said, err)
    assert left(s3, "paused") == []


def test_a_bucket_never_versioned(s3, empty):
    s3.create_bucket(Bucket="plain")
    for key in ODD:
        s3.put_object(Bucket="plain", Key=key, Body=b"12")
    status, said, err = empty("plain")
    assert status == 0 and said["deleted"] == len(ODD) and said["bytes"] == 2 * len(ODD), (said, err)
    assert left(s3, "plain") == []


def test_a_legal_hold_stays_and_is_named(s3, empty):
    s3.create_bucket(Bucket="locked", ObjectLockEnabledForBucket=True)
    held = s3.put_object(Bucket="locked", Key="evidence", Body=b"x", ObjectLockLegalHoldStatus="ON")["VersionId"]
    for n in range(20):
        s3.put_object(Bucket="locked", Key=f"free/{n}", Body=b"x")
    status, said, err = empty("locked")
    assert status == 1 and said["deleted"] == 20 and said["failed"] == 1 and not said["empty"], (said, err)
    assert "left: AccessDenied" in err
    assert [v["VersionId"] for v in left(s3, "locked")] == [held]
