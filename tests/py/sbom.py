"""Judges a bill of materials by the schema of CycloneDX, and that it names what the program is made of."""

import json
import pathlib
import sys

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

text = pathlib.Path(sys.argv[1]).read_text()
wrong = JsonStrictValidator(SchemaVersion.V1_5).validate_str(text)
if wrong is not None:
    sys.exit(f"no valid CycloneDX 1.5: {wrong}")
components = json.loads(text)["components"]
names = {component["name"] for component in components}
missing = {"async-graphql", "actix-web", "sea-orm", "jsonwebtoken", "aes-gcm", "argon2"} - names
if missing:
    sys.exit(f"the bill of materials does not name {sorted(missing)}")
unlicensed = [it["name"] for it in components if not it.get("licenses") and not it["purl"].count("file://")]
if unlicensed:
    sys.exit(f"without a licence: {unlicensed}")
print(f"{len(components)} components, each with its licence")
