"""Writes a CloudFormation template of RESOURCES resources as people write them, and puts one fault at its end.

    make_template.py RESOURCES OUT.yaml [BYTES]

With BYTES, comments between the resources bring the file to that size: CloudFormation takes 500 resources and 1,000,000
bytes. The fault is a Ref to a bucket that is not there, in the last output.
"""
import sys

FAULT = "BucketThatIsNotThere"

HEAD = """\
AWSTemplateFormatVersion: '2010-09-09'
Description: A large template
Parameters:
  Prefix: {Type: String, Default: jobs}
  Memory: {Type: Number, Default: 2048}
  ImageUri: {Type: String, Default: '123456789012.dkr.ecr.us-east-1.amazonaws.com/worker:1.4'}
Conditions:
  Wide: !Equals [!Ref Memory, 4096]
Resources:
"""

ROLE = """\
  Role{n}:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement:
          - Effect: Allow
            Principal: {{Service: lambda.amazonaws.com}}
            Action: sts:AssumeRole
      Policies:
        - PolicyName: data
          PolicyDocument:
            Version: '2012-10-17'
            Statement:
              - Effect: Allow
                Action: ['s3:GetObject', 's3:PutObject']
                Resource: !Sub '${{Bucket{bucket}.Arn}}/*'
"""
FUNCTION = """\
  Function{n}:
    Type: AWS::Lambda::Function
    DependsOn: Log{log}
    Properties:
      PackageType: Image
      Code: {{ImageUri: !Ref ImageUri}}
      Role: !GetAtt Role{role}.Arn
      MemorySize: !If [Wide, 4096, !Ref Memory]
      Timeout: 300
      Environment:
        Variables:
          BUCKET: !Ref Bucket{bucket}
          REGION: !Ref 'AWS::Region'
      Tags: [{{Key: stack, Value: !Ref 'AWS::StackName'}}, {{Key: number, Value: '{n}'}}]
"""
BUCKET = """\
  Bucket{n}:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: !Sub '${{Prefix}}-${{AWS::StackName}}-{n}'
      PublicAccessBlockConfiguration: {{BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true,
                                       RestrictPublicBuckets: true}}
"""
LOG = """\
  Log{n}:
    Type: AWS::Logs::LogGroup
    Properties:
      LogGroupName: !Join ['/', ['', aws, lambda, !Ref 'AWS::StackName', '{n}']]
      RetentionInDays: 30
"""
KINDS = (BUCKET, LOG, ROLE, FUNCTION)


def resource(n):
    first = n // 4 * 4
    return KINDS[n % 4].format(n=n, bucket=first, log=first + 1, role=first + 2)


def template(resources, size=0):
    body = [resource(n) for n in range(resources)]
    tail = "Outputs:\n  Data: {Value: !Ref Bucket0}\n  Lost: {Value: !Ref %s}\n" % FAULT
    missing = size - len(HEAD) - sum(map(len, body)) - len(tail)
    if missing > 0:
        line = "  # what the next resource is for, and who may change it, said at length\n"
        lines = missing // len(line)
        for i in range(resources):
            body[i] = line * ((i + 1) * lines // resources - i * lines // resources) + body[i]
    return HEAD + "".join(body) + tail


if __name__ == "__main__":
    with open(sys.argv[2], "w", encoding="utf-8") as out:
        out.write(template(int(sys.argv[1]), int(sys.argv[3]) if len(sys.argv) > 3 else 0))
