#!/usr/bin/env python3
"""Writes Sources/CGate/aws_actions.txt from the service models that botocore (Apache-2.0) installs.

Only facts are taken: service names, protocols, and which HTTP method and path template stand for which action.
Run: python3 Tests/Generators/aws-actions.py > Sources/CGate/aws_actions.txt

Format, ASCII lines. First an index, one line per service:
    @cli-name|endpoint-prefix|signing-name|target-prefix|protocols|offset|length
protocols: j json, q query, e ec2, r rest-json, x rest-xml, c rpc-v2-cbor. offset and length give the service's bytes
counted from the end of the line "=". A service of a REST protocol then has one line per path template,
    path method:action method:action …
with * for a label, ** for a greedy one, literal query parts after '?', methods G P(ost) U(put) D A(patch) H.
"""
import collections
import re
import sys

from botocore.loaders import Loader

SHORT = {"json": "j", "query": "q", "ec2": "e", "rest-json": "r", "rest-xml": "x", "smithy-rpc-v2-cbor": "c"}
METHOD = {"GET": "G", "POST": "P", "PUT": "U", "DELETE": "D", "PATCH": "A", "HEAD": "H"}


def required_query(model, operation):
    """The query parameters (and the copy header) that tell one S3 action from another of the same path."""
    if "input" not in operation:
        return []
    shape = model["shapes"][operation["input"]["shape"]]
    names = []
    for member in shape.get("required", []):
        facts = shape["members"][member]
        if facts.get("location") == "querystring":
            names.append(facts["locationName"])
        elif facts.get("location") == "header" and facts["locationName"].lower() == "x-amz-copy-source":
            names.append("!x-amz-copy-source")
    return names


def lines_of(name, model):
    paths = collections.OrderedDict()
    for action, operation in model["operations"].items():
        path, _, query = operation["http"]["requestUri"].partition("?")
        path = re.sub(r"\{[^}/]*\+\}", "**", path)
        path = re.sub(r"\{[^}/]*\}", "*", path)
        query = [part for part in query.split("&") if part]
        if name == "s3":
            query += [part for part in required_query(model, operation) if part not in query]
        template = path + ("?" + "&".join(query) if query else "")
        letter = METHOD[operation["http"]["method"]]
        # Answered by another endpoint (s3express-control) under the same path as ListBuckets.
        if (name, action) != ("s3", "ListDirectoryBuckets"):
            paths.setdefault(template, []).append((letter, action, operation.get("deprecated", False)))
    lines = []
    for path, actions in paths.items():
        current = {letter for letter, _, deprecated in actions if not deprecated}
        # An old name of an action that has a new one under the same method and path is left out.
        kept = [f"{letter}:{action}" for letter, action, old in actions if not (old and letter in current)]
        lines.append(f"{path} {' '.join(kept)}\n")
    return "".join(lines)


def main():
    loader = Loader()
    index, blocks, offset = [], [], 0
    for name in loader.list_available_services("service-2"):
        model = loader.load_service_model(name, "service-2")
        facts = model["metadata"]
        protocols = "".join(SHORT[p] for p in facts.get("protocols", [facts["protocol"]]) if p in SHORT)
        block = lines_of(name, model) if set(protocols) & set("rx") else ""
        prefix = facts["endpointPrefix"].lower()
        signing = facts.get("signingName", prefix).lower()
        target = facts.get("targetPrefix", "")
        index.append(f"@{name}|{prefix}|{signing}|{target}|{protocols}|{offset}|{len(block)}\n")
        blocks.append(block)
        offset += len(block)
    sys.stdout.write("".join(index) + "=\n" + "".join(blocks))


main()
