"""Requests that schemathesis makes from the published schema, sent as each role of the demonstration.

Whatever is asked, by whomever: no error is the server's own, every rejection has a code of the published list, nothing
tells of the inside, and the server answers the next one. Some of the generated ids are exchanged for real ones, so that
requests reach further than "there is no such thing".
"""

import argparse
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.graphql import nodes

ROOT = Path(__file__).resolve().parents[2]
# The closed list of api/src/failure.rs, but for INTERNAL, which must not come.
CODES = {
    "UNAUTHENTICATED", "FORBIDDEN", "BAD_USER_INPUT", "NOT_FOUND", "CONFLICT", "RATE_LIMITED", "COST_EXCEEDED",
    "PERSISTED_QUERY_NOT_FOUND", "REAUTH_REQUIRED", "CURSOR_EXPIRED", "UNAVAILABLE",
}
INSIDE = re.compile(r"panicked|sqlx|SELECT |INSERT |\.rs:|async_graphql|Did you mean|backtrace|UNIQUE constraint")
# An id in a generated document: an argument or input field that holds one.
ID = re.compile(r'\b(id|study|subject|site|cohort|visit|assessment|adverseEvent|dose|medication)(: )("(?:[^"\\]|\\.)*"|-?\d+)')
IDS = re.compile(r"\bids: \[[^\]]*\]")


def scalars():
    """What the schema's own scalars look like, right and wrong."""
    text = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=12)
    day = st.dates().map(str)

    def known(name, *strategies):
        schemathesis.graphql.scalar(name, st.one_of(*strategies).map(nodes.String))

    known("Date", day, text)
    known("PartialDate", day, st.sampled_from(["2026", "2026-11", "2026-13", "0000", "26"]), text)
    known("DateTime", st.datetimes().map(lambda it: it.isoformat() + "Z"), text)
    known("Decimal", st.decimals(allow_nan=False, allow_infinity=False).map(str), st.sampled_from(["1.30", "1e9", "-0", "."]), text)
    known("VisitCode", st.sampled_from(["BASELINE", "DAY_28", "MONTH_3", "MONTH_6"]), text)
    schemathesis.graphql.scalar("Revision", st.integers(-2, 2**53 + 1).map(nodes.Int))


class Demo:
    """A demonstration of its own, in a directory of its own, on a port of its own."""

    def __enter__(self):
        self.directory = tempfile.TemporaryDirectory(prefix="trialgraph-roles-")
        binary = os.environ.get("TRIALGRAPH_BIN", str(ROOT / "target" / "debug" / "trialgraph"))
        # The rates have tests of their own; here they would only slow the requests down.
        limits = {"TRIALGRAPH_LIMITS__CALLER_PER_MINUTE": "1000000", "TRIALGRAPH_LIMITS__ADDRESS_PER_MINUTE": "1000000"}
        # Settings are those of this run alone: what the caller's shell has set is not for the program.
        kept = {name: value for name, value in os.environ.items() if not name.startswith("TRIALGRAPH_")}
        self.log = open(Path(self.directory.name) / "log", "w+")
        self.child = subprocess.Popen(
            [binary, "demo", "--port", "0", "--data", self.directory.name],
            stdout=self.log, stderr=self.log, env={**kept, **limits},
        )
        file = Path(self.directory.name) / "demo.json"
        for _ in range(3000):
            if self.child.poll() is not None:
                raise SystemExit(f"the demonstration ended: {self.said()}")
            if file.exists():
                try:
                    self.about = json.loads(file.read_text())
                    return self
                except ValueError:
                    pass  # not written to its end
            time.sleep(0.1)
        raise SystemExit("the demonstration did not start within five minutes")

    def __exit__(self, *_):
        self.child.terminate()
        self.child.wait(30)
        self.log.close()
        self.directory.cleanup()

    def said(self):
        self.log.seek(0)
        return self.log.read()[-4000:]


class Role:
    """Somebody of the demonstration."""

    def __init__(self, demo, user):
        self.url = demo["url"] + "/graphql"
        self.name, self.role = user["name"], user["role"]
        self.session = requests.Session()
        self.session.headers["authorization"] = f"Bearer {user['token']}"
        self.codes = Counter()
        self.ids = self.real_ids()

    def ask(self, query):
        return self.session.post(self.url, json={"query": query}, timeout=60)

    def real_ids(self):
        """Ids of things that the role sees."""
        parts = ["id", "sites { id }", "cohorts { id }",
                 "subjects(first: 9) { nodes { id visits { id } assessments { id } doses { id } medications { id } adverseEvents { id } } }"]
        found = set()
        for part in parts:
            answer = self.ask(f'{{ study(code: "NK510") {{ {part} }} }}').json()
            found.update(re.findall(r'"id": "([^"]+)"', json.dumps(answer)))
        return sorted(found) or ["none"]

    def judge(self, query):
        response = self.ask(query)
        where = f"{self.name}: {query}\n{response.status_code} {response.text[:2000]}"
        assert response.status_code < 500, where
        assert response.headers["content-type"].startswith("application/json"), where
        body = response.json()
        assert "data" in body or body.get("errors"), where
        for error in body.get("errors", []):
            code = error.get("extensions", {}).get("code")
            assert code in CODES, where
            assert error["message"], where
            assert not INSIDE.search(error["message"]), where
            self.codes[code] += 1
        for field in (body.get("data") or {}).values():
            for refusal in (field or {}).get("refusals", []) if isinstance(field, dict) else []:
                # A part of a refusal may not have been asked for; what was is there.
                assert all(value is not None or key == "field" for key, value in refusal.items()), where
                self.codes["refused"] += 1
        if not body.get("errors"):
            self.codes["answered"] += 1


def with_real_ids(query, ids, chance):
    """The same document, with ids that are there in the place of some."""
    some = lambda match: f'{match[1]}{match[2]}"{chance.choice(ids)}"' if chance.random() < 0.7 else match[0]
    many = lambda match: "ids: " + json.dumps([chance.choice(ids) for _ in range(3)]) if chance.random() < 0.7 else match[0]
    return IDS.sub(many, ID.sub(some, query))


def run(operation, role, examples, ends):
    chance = random.Random(operation.label + role.name)

    @settings(max_examples=examples, derandomize=True, database=None, deadline=None,
              suppress_health_check=list(HealthCheck), phases=[Phase.generate])
    @given(case=operation.as_strategy())
    def each(case):
        if time.monotonic() < ends:
            role.judge(with_real_ids(case.body, role.ids, chance))

    each()


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--examples", type=int, default=6, help="documents for each operation and role")
    arguments.add_argument("--seconds", type=float, default=240, help="when to ask no more")
    given_arguments = arguments.parse_args()
    scalars()
    schema = schemathesis.graphql.from_path(str(ROOT / "api" / "schema.graphql"))
    operations = [result.ok() for result in schema.get_all_operations()]
    assert len(operations) > 20, f"only {len(operations)} operations were found"
    with Demo() as demo:
        users = {user["role"]: user for user in demo.about["users"]}
        assert len(users) >= 10, f"only {sorted(users)} were found"
        share = given_arguments.seconds / len(users)
        for user in users.values():
            role = Role(demo.about, user)
            ends = time.monotonic() + share
            try:
                for operation in operations:
                    run(operation, role, given_arguments.examples, ends)
            except BaseException:
                print(demo.said(), file=sys.stderr)
                raise
            assert demo.child.poll() is None, f"the server ended: {demo.said()}"
            asked = sum(role.codes.values())
            assert asked >= len(operations), f"{role.name} asked only {asked} times: {role.codes}"
            print(f"{role.role:<24} {dict(role.codes.most_common())}", flush=True)


if __name__ == "__main__":
    main()
