#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Holds output of sara -j against its schema. Arguments: the schema's file, and files of documents (a line each, or one).

Nothing may be there that the schema does not name, and with --all nothing that it names may be nowhere in the documents,
but for names given by --rare."""
import argparse
import json
import pathlib
import sys

import jsonschema


def closed(schema):
    """The same, where objects have no other members."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    out = {key: closed(value) for key, value in schema.items()}
    if isinstance(schema.get("properties"), dict):
        out.setdefault("additionalProperties", False)
    return out


def named(schema):
    """All names of members that a schema has."""
    names = set()
    if isinstance(schema, dict):
        if isinstance(schema.get("properties"), dict) and "type" in schema:
            names |= set(schema["properties"])
        schema = list(schema.values())
    if isinstance(schema, list):
        for one in schema:
            names |= named(one)
    return names


def present(document):
    names = set()
    if isinstance(document, dict):
        names |= set(document)
        document = list(document.values())
    if isinstance(document, list):
        for one in document:
            names |= present(one)
    return names


def documents(path):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    try:
        return [json.loads(text)]
    except json.JSONDecodeError:
        return [json.loads(line) for line in text.splitlines()]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--rare", default="")
    parser.add_argument("schema")
    parser.add_argument("documents", nargs="+")
    wanted = parser.parse_args()
    with open(wanted.schema, encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    # A schema may refer to another one beside it.
    beside = jsonschema.RefResolver(pathlib.Path(wanted.schema).resolve().as_uri(), schema)
    validator = jsonschema.Draft202012Validator(closed(schema), resolver=beside)
    failed = False
    seen = set()
    for path in wanted.documents:
        for document in documents(path):
            seen |= present(document)
            if document in ([], {}):
                print(f"{path} is empty: it shows nothing", file=sys.stderr)
                failed = True
            for error in validator.iter_errors(document):
                error = jsonschema.exceptions.best_match([error])
                print(f"{path}: {error.json_path}: {error.message[:300]}", file=sys.stderr)
                failed = True
    missing = named(schema) - seen - set(wanted.rare.split()) if wanted.all else set()
    if missing:
        print(f"{wanted.schema}: nowhere: {' '.join(sorted(missing))}", file=sys.stderr)
    return 1 if failed or missing else 0


sys.exit(main())
