#include <criterion/criterion.h>

#include <string.h>

#include "m2/str.h"
#include "networld.h"

#define CALL(operation, input)                                                                               \
    "{'service':'ec2','operation':'" operation "','region':'us-east-1','input':{" input "},"
#define NOT_FOUND(code) "'status':'error','error':{'code':'" code "','message':'gone','http_status':400}}"

/* Which subnets and groups, and whether they exist. */

Test(network_target, subnet_gone)
{
    struct world w = world_new(WORLD_NAT);
    world_set(&w, "target", "subnets", "['subnet-a','subnet-x']");
    world_call(&w, CALL("DescribeSubnets", "'SubnetIds':['subnet-x']") NOT_FOUND("InvalidSubnetID.NotFound"));
    world_run(&w);
    cr_assert_str_eq(world_wrong(&w), "net.subnets fail net.subnet-missing\n", "%s", world_wrong(&w));
    cr_assert_str_eq(world_finding(&w, "net.subnets", "net.subnet-missing")->resource, "subnet-x");
    cr_assert_eq(w.found.counts[M2_SKIP], 4);
    world_free(&w);
}

Test(network_target, group_gone)
{
    struct world w = world_new(WORLD_NAT);
    world_set(&w, "target", "security_groups", "['sg-x']");
    world_call(&w, CALL("DescribeSecurityGroups", "'GroupIds':['sg-x']") NOT_FOUND("InvalidGroup.NotFound"));
    world_run(&w);
    cr_assert_str_eq(world_wrong(&w), "net.subnets fail net.security-group-missing\n", "%s", world_wrong(&w));
    world_free(&w);
}

Test(network_target, group_associated_with_the_vpc)
{
    static const struct {
        const char *call, *wrong;
    } cases[] = {
        { "'status':'ok','output':{'SecurityGroupVpcAssociations':[{'GroupId':'sg-task','VpcId':'vpc-1','"
          "State':'associated'}]}}",
          "" },
        { "'status':'ok','output':{'SecurityGroupVpcAssociations':[{'GroupId':'sg-task','VpcId':'vpc-1','"
          "State':'disassociated'}]}}",
          "net.subnets fail net.security-group-other-vpc\n" },
        { "'status':'ok','output':{'SecurityGroupVpcAssociations':[]}}",
          "net.subnets fail net.security-group-other-vpc\n" },
        { NOT_FOUND("UnauthorizedOperation"), "net.subnets unknown -\n" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct world w = world_new(WORLD_NAT);
        world_set(&w, "DescribeSecurityGroups", "SecurityGroups[0].VpcId", "'vpc-2'");
        world_call(&w, m2_arena_printf(w.a, "%s%s", CALL("DescribeSecurityGroupVpcAssociations", ""),
                                       cases[i].call));
        world_run(&w);
        cr_assert_str_eq(world_wrong(&w), cases[i].wrong, "case %zu: %s", i, world_wrong(&w));
        world_free(&w);
    }
}

Test(network_target, two_vpcs)
{
    struct world w = world_new(WORLD_NAT);
    world_set(&w, "DescribeSubnets", "Subnets[1].VpcId", "'vpc-2'");
    world_run(&w);
    const struct m2_finding *f = world_finding(&w, "net.subnets", "net.subnets-different-vpc");
    cr_assert(f && f->status == M2_FAIL, "%s", world_wrong(&w));
    cr_assert_eq(w.found.counts[M2_FAIL], 1, "%s", world_wrong(&w));
    world_free(&w);
}

Test(network_target, nothing_chosen)
{
    struct world w = world_new(WORLD_NAT);
    world_set(&w, "target", "subnets", "[]");
    world_set(&w, "DescribeVpcs", "Vpcs", "[]");
    world_run(&w);
    cr_assert_eq(w.found.counts[M2_UNKNOWN], 6, "%s", world_wrong(&w));
    cr_assert(strstr(w.found.list.at[0]->detail, "--subnet"));
    cr_assert_null(w.found.list.at[0]->missing_right);
    world_deny(&w, "DescribeVpcs");
    world_run(&w);
    cr_assert_eq(w.found.counts[M2_UNKNOWN], 6, "%s", world_wrong(&w));
    cr_assert(m2_str_starts(w.found.list.at[0]->missing_right, "ec2:Describe"));
    world_free(&w);
}

/* Nobody said whether tasks get a public IP. */
Test(network_target, public_ip_not_known)
{
    struct world w = world_new(WORLD_PUBLIC);
    world_set(&w, "target", "assign_public_ip", NULL);
    world_run(&w);
    cr_assert_str_eq(world_wrong(&w), "", "before a deployment the template's ENABLED counts: %s",
                     world_wrong(&w));
    world_deny(&w, "DescribeStacks");
    world_run(&w);
    cr_assert_str_eq(world_wrong(&w), "net.egress unknown -\n", "%s", world_wrong(&w));
    world_free(&w);
}

Test(network_target, image_outside_ecr_needs_the_internet)
{
    struct world w = world_new(WORLD_ENDPOINTS);
    world_set(&w, "target", "fargate_image", "'docker.io/library/x:1'");
    world_run(&w);
    cr_assert_str_eq(world_wrong(&w), "net.egress fail net.no-default-route\n", "%s", world_wrong(&w));
    cr_assert(strstr(world_finding(&w, "net.egress", "net.no-default-route")->detail, "registry docker.io"));
    world_free(&w);
}

/* A stack whose data lies in another region: the gateway endpoint of this one does not help. */
Test(network_target, bucket_in_another_region)
{
    struct world w = world_new(WORLD_ENDPOINTS);
    world_drop(&w, "DescribeStacks");
    world_call(
        &w, "{'service':'cloudformation','operation':'DescribeStacks','input':{'StackName':'s'},'status':'ok'"
            ",'output':"
            "{'Stacks':[{'StackName':'s','StackId':'arn:aws:cloudformation:us-east-1:111122223333:stack/s/1',"
            "'StackStatus':'CREATE_COMPLETE','Outputs':[{'OutputKey':'DataBucketName','OutputValue':'far'},"
            "{'OutputKey':'ResultsBucketName','OutputValue':'near'},{'OutputKey':'FailedBucketName','"
            "OutputValue':'near'}]}]}}");
    world_call(&w, "{'service':'s3','operation':'GetBucketLocation','input':{'Bucket':'far'},'status':'ok',"
                   "'output':{'LocationConstraint':'eu-west-1'}}");
    world_call(&w, "{'service':'s3','operation':'GetBucketLocation','input':{'Bucket':'near'},'status':'ok',"
                   "'output':{'LocationConstraint':null}}");
    world_run(&w);
    cr_assert_str_eq(world_wrong(&w), "net.endpoints fail net.endpoint-missing\n", "%s", world_wrong(&w));
    const struct m2_finding *f = world_finding(&w, "net.endpoints", "net.endpoint-missing");
    cr_assert(strstr(f->detail, "Affected: S3 job data (eu-west-1)."), "%s", f->detail);
    world_free(&w);
}
