"""The work of judging a template grows as the template does, also where everything in it is wrong.

What is counted are the instructions that valgrind sees, so that nothing depends on how busy the machine is.
"""
import json
import re
import shutil

import make_template
import pytest

FEW, MANY = 150, 600


def of_parameters(n):
    bucket = "  B{0}:\n    Type: AWS::S3::Bucket\n    Properties:\n      Tags:\n"
    tag = "        - {{Key: k{1}, Value: !Ref P{2}}}\n"
    return "Parameters:\n" + "".join(f"  P{i}: {{Type: String, Default: v}}\n" for i in range(n)) + "Resources:\n" + \
        "".join(bucket.format(i) + "".join(tag.format(i, k, (i + k) % n) for k in range(5)) for i in range(n))


def of_lost_names(n):
    return "Resources:\n" + "".join(
        f"  Bucket{i}:\n    Type: AWS::S3::Bucket\n    Properties: {{BucketName: !Ref Lost{i}, Tags: [!Ref Gone{i}]}}\n"
        for i in range(n))


def of_names_that_sam_makes(n):
    return "Transform: AWS::Serverless-2016-10-31\nResources:\n" + "".join(
        f"  Func{i}: {{Type: AWS::Serverless::Function, Properties: {{Handler: a.b, Runtime: python3.13, CodeUri: ./x}}}}\n"
        f"  B{i}: {{Type: AWS::S3::Bucket, Properties: {{BucketName: !GetAtt Func{i}Role.Arn}}}}\n" for i in range(n))


def of_one_long_text(n):
    return "Resources:\n  A:\n    Type: AWS::S3::Bucket\n    Properties:\n      BucketName: !Sub |\n" + \
        "".join(f"        ${{B{i}}}\n" for i in range(n)) + "".join(f"  B{i}: {{Type: AWS::S3::Bucket}}\n" for i in range(n))


def of_escaped_texts(n):
    return "Resources:\n" + "".join(
        f'  B{i}: {{Type: AWS::S3::Bucket, Properties: {{BucketName: !Sub "\\x24{{Lost{i}}}"}}}}\n' for i in range(n))


def of_fixed_names(n):
    return "Resources:\n" + "".join(
        f"  B{i}: {{Type: AWS::S3::Bucket, Properties: {{BucketName: fix-{i}}}}}\n" for i in range(n))


def of_keys_that_are_there_twice(n):
    return "Resources:\n" + "".join(f"  B{i % 2}: {{Type: AWS::S3::Bucket}}\n" for i in range(n))


SHAPES = [make_template.template, of_parameters, of_lost_names, of_names_that_sam_makes, of_one_long_text,
          of_escaped_texts, of_fixed_names, of_keys_that_are_there_twice]


@pytest.fixture
def work(doctor, tmp_path):
    if not shutil.which("valgrind"):
        pytest.skip("valgrind is not installed")
    if b"__asan_init" in doctor.path.read_bytes():
        pytest.skip("built with AddressSanitizer, which does not run under valgrind")

    def count(text):
        path = tmp_path / "template.yaml"
        path.write_text(text)
        run = doctor("--template", path, timeout=120, wrapper=[
            "valgrind", "--tool=callgrind", f"--callgrind-out-file={tmp_path / 'out'}"])
        assert run.status in (0, 1), run
        return int(re.search(r"refs:\s+([\d,]+)", run.err).group(1).replace(",", ""))
    return count


@pytest.mark.parametrize("shape", SHAPES, ids=lambda f: f.__name__)
def test_work_grows_no_faster_than_the_template(work, shape):
    start, few, many = work(shape(1)), work(shape(FEW)), work(shape(MANY))
    grown = (many - start) / (few - start)
    assert grown < 1.25 * MANY / FEW, (start, few, many)


def test_the_fault_at_the_end_of_a_large_template_is_found(doctor, tmp_path):
    path = tmp_path / "template.yaml"
    path.write_text(make_template.template(500, 1_000_000))
    assert 990_000 < path.stat().st_size <= 1_000_000
    run = doctor("--template", path, "--format", "json")
    doc = json.loads(run.out)
    roots = [(f["cause"], f["evidence"][0]["value"]) for f in doc["findings"] if f["uid"] in doc["root_causes"]]
    assert roots == [("template.unresolved-reference", f'"{make_template.FAULT}"')], run
