"""One account of the CloudFormation simulator alone, and m2-deploy pointed at it."""
import json
import types

import changesets

ACCOUNT, STACK = "123456789012", "mroptimum-mode2"
PLACE = ("--vpc", "vpc-1", "--subnet", "subnet-1", "--subnet", "subnet-2", "--security-group", "sg-1")


class Lab:
    def __init__(self, tool):
        self.cfn = changesets.Deployments(types.SimpleNamespace(id=ACCOUNT))
        self.cfn.make, self.cfn.polls = False, 0
        self.server = changesets.LoneServer(self.cfn)
        self.tool = tool
        tool.env.update(AWS_ENDPOINT_URL=self.server.url, AWS_ACCESS_KEY_ID="testing", AWS_SECRET_ACCESS_KEY="testing",
                        AWS_REGION="us-east-1")

    def run(self, *args, place=PLACE, **kw):
        run = self.tool("--yes", "--no-register", "--format", "json", *place, *args, **kw)
        return run, json.loads(run.out) if run.out else None

    @property
    def stack(self):
        return self.cfn.find(STACK)

    def deployed(self, status=None, **given):
        """A stack that is there already, in STATUS."""
        run, _ = self.run()
        assert run.status == 0, run
        self.cfn.executed.clear()
        self.stack.given.update(given)
        if status:
            self.stack.status = status

    def check_tidy(self, sets=0):
        assert len([s for s in self.cfn.sets if s.execution != "EXECUTE_COMPLETE"]) == sets, [s.__dict__ for s in self.cfn.sets]
