"""m2-cost jobs and input that is wrong: one sentence, the documented status, nothing half-written."""
import gzip
import os
import pathlib
import signal
import subprocess
import threading
import time

import pytest

HEADER = "job_id,started_at,platform,vcpu,memory_gb,duration_s"
GOOD = "a,2026-01-31T23:59:60Z,fargate,4,8,600"


def jobs(cost, tmp_path, data, *args, **options):
    (tmp_path / "j.csv").write_bytes(data if isinstance(data, bytes) else data.encode())
    return cost("jobs", "j.csv", "--region", "us-east-1", *args, **options)


@pytest.mark.parametrize("row,reason", [
    ("a,2026-01-01,fargate,4,8,0", "duration_s is 0"),
    ("a,2026-01-01,fargate,4,8,-1", 'duration_s: "-1" is negative'),
    ("a,2026-01-01,fargate,4,8,", "duration_s is empty"),
    ("a,2026-01-01,fargate,4,8,nan", '"nan" is no number of seconds'),
    ("a,2026-01-01,fargate,4,8,inf", '"inf" is no number'),
    ("a,2026-01-01,fargate,4,8,1e30", '"1e30" is no number'),
    ("a,2026-01-01,fargate,4,8,9223372036854775.9", "is no number"),
    ("a,2026-01-01,fargate,4,8,9e15", "costs more than can be counted"),
    ("a,2026-01-01,fargate,4,8,0x10", '"0x10" is no number'),
    ("a,2026-01-01,fargate,4,8,+5", '"+5" is no number'),
    ("a,2026-01-01,fargate,4,8,10 m", '"10 m" is no number'),
    ('a,2026-01-01,fargate,4,8,"1,5"', '"1,5" is no number'),
    ("a,2026-01-01,fargate,3,8,60", "Fargate offers no 3 vCPU with 8 GB; the nearest sizes are"),
    ("a,2026-01-01,fargate,0.3,8,60", 'vcpu: "0.3" is no number of vCPUs'),
    ("a,2026-01-01,fargate,,8,60", "vcpu is empty"),
    ("a,2026-01-01,fargate,4,8.5,60", "Fargate offers no 4 vCPU with 8.5 GB"),
    ("a,2026-01-01,lambda,,11,60", "not 11 GB"),
    ("a,2026-01-01,lambda,,2,900.001", "Lambda ends a run after 900 s"),
    ("a,2026-01-01,lambda,x,2,60", 'vcpu: "x" is no number'),
    ("a,2026-02-30,fargate,4,8,60", 'started_at: "2026-02-30" is no time'),
    ("a,,fargate,4,8,60", 'started_at: "" is no time'),
    ("a,2026-01-01,ec2,4,8,60", 'platform: "ec2" is none of fargate, fargate-spot, lambda'),
    ("a,2026-01-01,fargate,4,8", "5 fields, but the header names 6"),
    ("a,2026-01-01,fargate,4,8,60,", "7 fields, but the header names 6"),
    ("a", "1 field, but the header names 6"),
])
def test_a_bad_row_is_told_with_its_line_and_left_out(cost, tmp_path, row, reason):
    data = f'{HEADER}\n{GOOD}\n\n"b\nb",2026-01-01,fargate,4,8,60\n{row}\n{GOOD}\n'
    refused = jobs(cost, tmp_path, data, "--per-job", "p.csv")
    assert refused.status == 2 and "j.csv: 1 bad row, and --max-bad allows 0: line 6: " in refused.err, refused
    assert reason in " ".join(refused.err.split()), refused
    assert not refused.out and sorted(os.listdir(tmp_path)) == ["j.csv"]
    left_out = jobs(cost, tmp_path, data, "--per-job", "p.csv", "--max-bad", "1")
    assert left_out.status == 0 and left_out.out.startswith("3 jobs cost") and "line 6: " in left_out.out, left_out
    priced = (tmp_path / "p.csv").read_text().splitlines()
    assert [line.split(",")[0] for line in priced] == ["job_id", "a", '"b', 'b"', "a"]


@pytest.mark.parametrize("column,value,reason", [
    ("region", "mars-1", '"mars-1" is not in the price list'), ("arch", "mips", '"mips" is none of x86_64, arm64'),
    ("input_mb", "-1", "is negative"), ("output_mb", "many", "is no number of MB"), ("log_mb", "1e300", "is no number of MB"),
    ("ephemeral_gb", "201", "at most 200 GB"), ("transitions", "1.5", "is no number of transitions"), ("requests", "-0.1", "is negative"),
    ("duration_min", "1", "say the same"),
])
def test_a_bad_value_in_an_optional_column(cost, tmp_path, column, value, reason):
    run = jobs(cost, tmp_path, f"{HEADER},{column}\n{GOOD},{value}\n")
    assert run.status == 2 and reason in " ".join(run.err.split()), run


def test_line_numbers_hold_over_many_blocks_and_only_ten_are_told(cost, tmp_path):
    rows = [GOOD] * 30000
    bad = list(range(100, 30000, 1000))
    for n in bad:
        rows[n] = "x,y,z"
    run = jobs(cost, tmp_path, "\n".join([HEADER, *rows]), "--threads", "3")
    told = " ".join(run.err.split())
    assert run.status == 2 and "30 bad rows, and --max-bad allows 0" in told and "and 20 more" in told, run
    assert [int(w.rstrip(":")) for w, before in zip(told.split()[1:], told.split()) if before == "line"] == [n + 2 for n in bad[:10]]
    assert jobs(cost, tmp_path, "\n".join([HEADER, *rows]), "--max-bad", "30").status == 0
    assert jobs(cost, tmp_path, "\n".join([HEADER, *rows]), "--max-bad", "29").status == 2


@pytest.mark.parametrize("header,told", [
    ("job_id,started_at,platform", ["vcpu (or cpu_units)", "memory_gb (or memory_mb, memory_mib)",
                                    "duration_s (or duration, duration_ms, duration_min)"]),
    ("started_at,platform,vcpu,memory_gb,duration", ["j.csv:1: this column is missing: job_id"]),
    ("job_id,started_at,platform,vcpu,memory,duration_s", ["memory_gb", '"memory" alone does not tell its unit']),
    (HEADER + ",Job_ID ", ['two columns are called "Job_ID"']),
    (HEADER + ",memory_mb", ["memory_gb and memory_mb say the same"]),
    ("\n\n" + HEADER.replace("vcpu", "cpus"), ["j.csv:3: this column is missing: vcpu (or cpu_units)"]),
    ("", ["j.csv: empty"]),
])
def test_a_header_that_does_not_do(cost, tmp_path, header, told):
    run = jobs(cost, tmp_path, header + "\n" if header else "", "--per-job", "p.csv")
    assert run.status == 2 and all(t in " ".join(run.err.split()) for t in told), run
    assert sorted(os.listdir(tmp_path)) == ["j.csv"]


def test_columns_that_would_be_there_twice(cost, tmp_path):
    data = f"{HEADER},Total_USD\n{GOOD},1\n"
    assert "the column total_usd is there already" in jobs(cost, tmp_path, data, "--per-job", "p.csv").err
    assert jobs(cost, tmp_path, data).status == 0


PACKED = gzip.compress(f"{HEADER}\n{GOOD}\n".encode() * 1)


@pytest.mark.parametrize("data,told", [
    (b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0", "a NUL byte; is this a CSV file in UTF-8?"),
    (f"{HEADER}\n{GOOD}\n".encode("utf-16"), "UTF-16"),
    (b"\xff" * 300000, "no line with the columns' names"),
    (f"{HEADER}\n{GOOD}\n{GOOD}\0\n".encode(), "j.csv:3:39: a NUL byte"),
    (f'{HEADER}\n{GOOD}\n"a,2026\n'.encode(), "j.csv:3: the text ends inside the quotation marks"),
    (f'{HEADER}\n{GOOD}\na"b,2026-01-01,fargate,4,8,60\n'.encode(), "j.csv:3:2: a quotation mark"),
    (f'{HEADER}\n{GOOD}\n{"x" * 300000}\n'.encode(), "j.csv:3: this record is longer than 262144 bytes"),
    (f'{HEADER}\n{GOOD}\n"{"x" * 600000}'.encode(), "j.csv:3: this record is longer than 262144 bytes"),
    (f'{HEADER}\n{GOOD}\na"b{"x" * 600000}'.encode(), "j.csv:3:2: a quotation mark"),
    (PACKED[:-9], "cut short"), (PACKED[:30], "cut short"), (PACKED[:-6] + b"\xff" * 6, "damaged"), (PACKED + b"rest", "not gzip"),
    (PACKED[:12], "cut short"), (b"\x1f\x8b", "cut short"), (b"PAR1\x15\0\x15", "NUL"),
])
def test_what_is_no_csv(cost, tmp_path, data, told):
    run = jobs(cost, tmp_path, data, "--per-job", "p.csv")
    assert run.status == 2 and told in " ".join(run.err.split()), run
    assert not run.out and sorted(os.listdir(tmp_path)) == ["j.csv"]


def test_a_fault_in_a_later_block_has_its_line(cost, tmp_path):
    text = "\n".join([HEADER, *[GOOD] * 20000, 'a"b', *[GOOD] * 20000])
    for threads in (1, 4):
        run = jobs(cost, tmp_path, text, "--threads", threads)
        assert run.status == 2 and "j.csv:20002:2: a quotation mark" in run.err, run


def test_files_that_cannot_be_used(cost, tmp_path):
    assert "No such file" in cost("jobs", "nothing.csv").err
    assert "Is a directory" in cost("jobs", tmp_path).err
    assert "needs FILE" in cost("jobs").err
    assert "needs --output FILE" in jobs(cost, tmp_path, f"{HEADER}\n{GOOD}\n", "--per-job", "-").err
    assert "did you mean logs?" in jobs(cost, tmp_path, f"{HEADER}\n{GOOD}\n", "--without", "log").err
    assert jobs(cost, tmp_path, f"{HEADER}\n{GOOD}\n", "--region", "mars-1").status == 2


def test_only_a_header_is_no_job_and_no_fault(cost, tmp_path):
    for text in (HEADER, HEADER + "\r\n", HEADER + "\n\n  \n"):
        run = jobs(cost, tmp_path, text, "--per-job", "p.csv", "--format", "json")
        assert run.status == 0 and '"total_usd": "0"' in run.out and '"p50_usd": null' in run.out, run
        assert (tmp_path / "p.csv").read_text().startswith(HEADER + ",compute_usd")


def test_nothing_is_written_where_nothing_can_be(cost, tmp_path):
    data = f"{HEADER}\n" + f"{GOOD}\n" * 100
    run = jobs(cost, tmp_path, data, "--per-job", "/dev/full")
    assert run.status in (2, 3) and "/dev/full: cannot be written: No space left on device" in run.err, run
    run = jobs(cost, tmp_path, data, "--per-job", "no/such/folder/p.csv")
    assert run.status in (2, 3) and "cannot be written" in run.err, run
    with open("/dev/full", "w") as full:
        done = subprocess.run([cost.path, "jobs", "j.csv"], stdout=full, stderr=subprocess.PIPE, cwd=tmp_path, env=cost.env, text=True)
    assert done.returncode == 3 and "No space left" in done.stderr


def test_a_full_standard_output_is_called_so(cost, tmp_path):
    (tmp_path / "j.csv").write_text(f"{HEADER}\n{GOOD}\n")
    with open("/dev/full", "w") as full:
        done = subprocess.run([cost.path, "jobs", "j.csv", "--per-job", "-", "--output", "summary.txt"], stdout=full,
                              stderr=subprocess.PIPE, cwd=tmp_path, env=cost.env, text=True)
    assert done.returncode == 3 and "standard output: cannot be written" in done.stderr, done.stderr


def test_a_reader_that_goes_away_is_no_success(cost, tmp_path):
    fifo = tmp_path / "pipe"
    os.mkfifo(fifo)

    def read_a_little():
        with open(fifo, "rb") as f:
            f.read(10)
    reader = threading.Thread(target=read_a_little)
    reader.start()
    run = jobs(cost, tmp_path, f"{HEADER}\n" + f"{GOOD}\n" * 30000, "--per-job", fifo)
    reader.join()
    assert run.status == 3 and "Broken pipe" in run.err, run


@pytest.mark.parametrize("stuck", ["input", "output"])
def test_an_interrupt_ends_it_within_a_second_and_leaves_nothing(cost, tmp_path, stuck):
    """Also where nobody feeds the input, and where nobody reads the pipe that is written."""
    (tmp_path / "j.csv").write_text(f"{HEADER}\n" + f"{GOOD}\n" * 30000)
    fifo = tmp_path / "pipe"
    os.mkfifo(fifo)
    keep = os.open(fifo, os.O_RDWR)  # neither side of it ever ends
    args = [fifo, "--per-job", "p.csv"] if stuck == "input" else ["j.csv", "--per-job", fifo]
    if stuck == "input":
        os.write(keep, f"{HEADER}\n{GOOD}\n".encode())
    process = subprocess.Popen([cost.path, "jobs", *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path, env=cost.env)
    time.sleep(0.7)
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    began = time.monotonic()
    out, err = process.communicate(timeout=20)
    os.close(keep)
    assert process.returncode == 130 and time.monotonic() - began < 1.5 and not out, (process.returncode, err)
    assert {p.name for p in pathlib.Path(tmp_path).iterdir()} == {"j.csv", "pipe"}


@pytest.mark.parametrize("args,words", [
    (["--output", "./j.csv"], "--output would write over ./j.csv"), (["--per-job", "other/../j.csv"], "--per-job would write over"),
    (["--per-job", "x.csv", "--output", "x.csv"], "--output and --per-job are the same file")])
def test_no_file_is_written_over_that_is_read_or_written(cost, tmp_path, args, words):
    """The report took the place of the priced jobs, and of the history itself."""
    (tmp_path / "other").mkdir()
    data = f"{HEADER}\n{GOOD}\n"
    run = jobs(cost, tmp_path, data, *args)
    assert run.status == 2 and words in run.err and not run.out, run
    assert (tmp_path / "j.csv").read_text() == data and not (tmp_path / "x.csv").exists()
    assert jobs(cost, tmp_path, data, "--per-job", "/dev/null", "--output", "/dev/null").status == 0
