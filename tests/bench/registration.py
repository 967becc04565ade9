"""Part 6 of the bench: m2-register and m2-verify beside the upstream way, the AWS CLI and curl, one after the other."""
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "emulator"), str(HERE.parent / "fake")]

import brain as fake  # noqa: E402
from mode2 import Mode2  # noqa: E402

DELAY_MS = 80


class Example(Mode2):
    """The emulator knows no managed policies."""

    def roles(self):
        return {name: (service, None, inline) for name, (service, _, inline) in super().roles().items()}


def upstream(bench, brain, aws_url, brain_url, token, registers):
    """What the guide and register-computing-unit.sh run: status and outputs of the stack; login, list, (register, list)."""
    stack = [bench.aws, "cloudformation", "describe-stacks", "--stack-name", "mroptimum-mode2", "--query"]
    login = json.dumps({"email": brain.email, "password": brain.password})
    curl = ["/usr/bin/curl", "-s", "-H", "Content-Type: application/json"]
    signed = [*curl, "-H", f"Authorization: Bearer {token}"]
    units = [*signed, f"{brain_url}/api/computing-unit/list?app_name=MR%20Optimum"]
    register = [*signed, "-d", json.dumps({k: v for k, v in brain.units[0].items() if k != "computingUnitId" and k[0] != "_"}),
                f"{brain_url}/api/computing-unit/register"]
    aws = [[*stack, "Stacks[0].StackStatus"], [*stack, "Stacks[0].Outputs"]]
    if registers:
        aws = [[bench.aws, "sts", "get-caller-identity"], aws[1]]
    return [*aws, [*curl, "-d", login, f"{brain_url}/api/auth/login"], units, *([register, units] if registers else [])], \
        bench.at(aws_url)


def chain_of(server, run):
    """How many levels of requests RUN makes at SERVER."""
    server.mode("levels")
    run()
    return len(server.seen()["levels"])


def part(bench, tools, moto, server, brain_server, brain):
    rows = []
    for name, registers in (("m2-register", True), ("m2-verify", False)):
        command = [bench.build / name, "--quiet", "--output", bench.home / "report"]

        def ours(aws_url, brain_url):
            env = {**bench.at(aws_url), "CLOUDMR_API_URL": brain_url, "CLOUDMR_EMAIL": brain.email,
                   "CLOUDMR_PASSWORD": brain.password, "XDG_STATE_HOME": str(bench.home)}
            return tools.Run(command, env)
        behind = brain_server.url + "/Prod"
        ours(moto, brain.url)  # registered: from here on nothing changes
        commands, env = upstream(bench, brain, moto, brain.url, brain.token, registers)
        brain.style = "upsert"
        got = tools.alternate(bench.args.cli_rounds, ours=lambda: ours(moto, brain.url),
                              upstream=lambda c=commands, e=env: tools.Series(c, e))
        own, theirs = tools.median(got["ours"]), tools.median(got["upstream"])
        for s in (server, brain_server):
            s.mode("record")
        ours(server.url, behind)
        brain_server.mode("replay", 0)
        aws_levels = chain_of(server, lambda: ours(server.url, behind))
        server.mode("replay", 0)
        brain_levels = chain_of(brain_server, lambda: ours(server.url, behind))
        for s in (server, brain_server):
            s.mode("replay", DELAY_MS)
        chain = max(aws_levels, brain_levels) * DELAY_MS / 1000
        wall = tools.median([ours(server.url, behind) for _ in range(bench.args.rounds)])
        rows.append([name, tools.ms(theirs), tools.ms(own), tools.judged(f"{theirs / own:.0f} x", theirs >= 20 * own),
                     f"{aws_levels} / {brain_levels}", tools.ms(chain), tools.ms(wall),
                     tools.judged(f"{wall / chain:.2f}", wall <= 1.3 * chain)])
    tools.table(f"6. The registration beside the AWS CLI and curl (aim 20 x), and with {DELAY_MS} ms added to each answer (aim 1.3)",
                ["tool", "upstream", "ours", "ratio", "chain AWS / Brain", f"chain x {DELAY_MS} ms", "wall", "wall/chain"], rows)


def run(bench, tools, moto, server):
    import urllib.request
    urllib.request.urlopen(urllib.request.Request(moto + "/moto-api/reset", method="POST")).close()
    account = Example(moto)
    account.deploy(account.public())
    with fake.Server() as brain, tools.delayer(f"http://127.0.0.1:{brain.port}") as brain_server:
        brain.brain.url = brain.url
        part(bench, tools, moto, server, brain_server, brain.brain)
