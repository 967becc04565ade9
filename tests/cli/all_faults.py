"""One table of all faults that healthy accounts of fixtures/accounts can be broken by: a row says where, and what must be named."""
import dataclasses
import functools
import re
import typing

import faults_account
import faults_network
import faults_stack
import healthy_network
from conftest import ROOT
from whole_accounts import HEALTHY, Fixture

CHECKS_DOC = (ROOT / "docs/CHECKS.md").read_text()
# Every cause with its usual status, and every check with its rights, as the documents (generated from the tables) say.
CAUSES = {slug: status for slug, status in re.findall(r"^\| `([^`*]+)` \| (\w+) \|", CHECKS_DOC, re.M)}
RIGHTS = {check: set(re.findall(r"`([^`]+)`", rights))
          for check, rights in re.findall(r"^### (\S+)$(?:.(?!^### ))*?^\*\*Rights:\*\* ([^\n]*)$", CHECKS_DOC, re.M | re.S)}


@dataclasses.dataclass(frozen=True)
class Fault:
    name: str
    slug: str
    slot: str  # two of one slot stand in each other's way
    where: typing.Callable
    how: typing.Callable
    company: frozenset = frozenset()  # root causes that it brings along


# Which accounts of fixtures/accounts a fault says nothing about, and why.
OWN_TABLE = "the tasks' subnets use the main route table, whose association cannot be lost"
OWN_ACL = "the NAT gateway's subnet has the tasks' network ACL"
CHOSEN = "before a deployment the tool itself takes subnets and groups from the default VPC's lists"
UNFIT = {
    "association_lost": (lambda a: True, OWN_TABLE),
    "nat_acl_shuts_out_tasks": (lambda a: True, OWN_ACL),
    "nat_acl_denies_answers": (lambda a: True, OWN_ACL),
    "subnet_gone": (lambda a: not a.deployed, CHOSEN),
    "subnet_gone_error": (lambda a: True, "asked one by one, as subnet_gone"),
    "subnets_apart": (lambda a: not a.deployed, CHOSEN),
    "group_elsewhere": (lambda a: not a.deployed, CHOSEN),
    "igw_detached_blackhole": (lambda a: True, "asked by VPC, a gateway that is not attached is not listed: a dead route"),
    "repository_gone": (lambda a: not faults_account.own_image(a), "a registry of another account says so of what it does not share, too"),
    "bucket-region": (lambda a: a.real_region == "us-east-1", "the bucket is put into that region"),
}
MORE_COMPANY = {"acl_without_egress": {"net.acl-blocks-return"},  # the one ACL carries the NAT gateway's answers, too
                "trust-wrong": {"brain.external-id"}}
# Shapes of healthy networks that deserve a word: what they must be told by.
SHAPES = {name: next(iter(warns)) for name, _, _, warns in healthy_network.HEALTHY if len(warns) == 1}
SHAPES["through_transit_gateway"] = "net.route-unknown-beyond"


def of_kinds(kinds):
    return lambda a: a.kind in kinds


def rows():
    for name, slug, kinds, how in faults_network.FAULTS:
        yield Fault(name, slug, "net:" + name, of_kinds(kinds), how)
    for name, slug, slot, how in faults_stack.FAULTS:
        yield Fault(name, slug, slot, faults_account.deployed, how, frozenset(faults_stack.COMPANY.get(name, ())))
    for where, name, slug, slot, how in faults_account.FAULTS:
        yield Fault(name, slug, slot, where, how, frozenset(faults_account.COMPANY.get(name, ())))
    for name, kind, how, _ in healthy_network.HEALTHY:
        if name in SHAPES:
            yield Fault(f"{name}-{kind}", SHAPES[name], "net:" + name, of_kinds((kind,)), how)


FAULTS = list(rows())
IN_ORDER = [Fault(name, "", "", where, how) for where, name, how in faults_account.IN_ORDER]


@functools.cache
def facts(name):
    return Fixture(name)


def fits(fault, name):
    unfit = UNFIT.get(fault.name, (lambda a: False,))[0]
    return fault.where(facts(name)) and not unfit(facts(name))


def injected(name, *faults):
    account = Fixture(name)
    for fault in faults:
        fault.how(account)
    return account.text()


SINGLES = [(name, fault) for name in HEALTHY for fault in FAULTS if fits(fault, name)]
