#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Holds userspace/config/sara-agent.schema.json against `sara-agent --check`, document by document."""
import copy
import glob
import json
import os
import re
import subprocess
import sys
import tempfile

import jsonschema

CONFIG = 'userspace/config'
SOURCES = ('config.cpp', 'config_roles.cpp', 'config_vip.cpp')

# What the schema cannot say: limits that depend on another value, or on what weights are left.
RELATED = re.compile(r'thresholds\.|weights\.|\.port_last$|probe\.0\.(period|timeout)$|cluster\.(period|misses)$')

# Every object that there is, so that each key can be put in its place.
FULL = {
    'dispatcher': {'listen': '198.18.0.2:7100', 'peers': ['198.18.0.3:7100'], 'replication': 'sync', 'sync_time': 1,
                   'cluster': {'weights': {'cpu': 1}, 'thresholds': {}}},
    'gateway': {'dispatchers': ['198.18.0.2:7100'], 'announce': 'hold', 'hold_time': 1, 'hold_packets': 2},
    'node': {'host': '198.18.0.11', 'dispatchers': ['198.18.0.2:7100'], 'vips': ['198.18.0.100'],
             'listen': [{'proto': 'udp', 'port': 5060}], 'link': {'device': 'eth0', 'capacity': 1},
             'probe': [{'type': 'sip', 'address': '198.18.0.100', 'port': 5060}]},
    'metrics': {'listen': '127.0.0.1:9477'}, 'status': {'listen': '0.0.0.0:9478'}, 'log': {}, 'timers': {'sip': {}, 'rtsp': {}, 'ftp': {}}, 'bounds': {},
    'devices': [{'name': 'eth0', 'mode': 'dispatch'}],
    'nodes': [{'name': 'n1', 'addr': '198.18.0.11', 'dev': 'eth0'}],
    'services': [{'name': 'sip', 'vip': '198.18.0.100', 'proto': 'udp', 'port': 5060, 'nodes': ['n1']}],
}


class Judge:
    """Asks both about a document."""

    def __init__(self, agent, work):
        with open(f'{CONFIG}/sara-agent.schema.json', encoding='utf-8') as file:
            self.schema = json.load(file)
        jsonschema.Draft202012Validator.check_schema(self.schema)
        self.validator = jsonschema.Draft202012Validator(self.schema)
        self.agent = agent
        self.file = os.path.join(work, 'agent.json')
        self.key = os.path.join(work, 'key')
        self.token = os.path.join(work, 'token')
        self.asked = 0
        self.failed = 0
        key = subprocess.run([agent, 'keygen'], check=True, capture_output=True).stdout
        for name in (self.key, self.token):
            with open(os.open(name, os.O_WRONLY | os.O_CREAT, 0o600), 'wb') as file:
                file.write(key)

    def fail(self, what, detail):
        self.failed += 1
        print(f'not ok: {what}: {detail}')

    def expect(self, what, document, allowed):
        """Both allow the document, or both refuse it."""
        document = copy.deepcopy(document)
        document['key_file'] = document.get('key_file') and self.key
        if document['key_file'] is None:
            del document['key_file']
        with open(self.file, 'w', encoding='utf-8') as file:
            json.dump(document, file)
        agent = subprocess.run([self.agent, '--config', self.file, '--check'], capture_output=True, text=True)
        schema = next((f'{error.json_path}: {error.message}' for error in self.validator.iter_errors(document)), '')
        self.asked += 1
        if (agent.returncode == 0) != allowed:
            self.fail(what, f'the agent should {"allow" if allowed else "refuse"} it; it said {agent.stderr!r}')
        if (schema == '') != allowed:
            self.fail(what, f'the schema should {"allow" if allowed else "refuse"} it; it said {schema!r}')

    def resolve(self, schema):
        while '$ref' in schema:
            schema = self.schema['$defs'][schema['$ref'].rsplit('/', 1)[1]]
        return schema


def put(document, path, value):
    """The document with this value at the path."""
    document = copy.deepcopy(document)
    at = document
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    return document


def without(document, path):
    document = copy.deepcopy(document)
    at = document
    for step in path[:-1]:
        at = at[step]
    del at[path[-1]]
    return document


def values(schema):
    """Pairs of a value and whether it is allowed."""
    if 'enum' in schema:
        yield from ((value, True) for value in schema['enum'])
        yield 'another', False
        yield 1, False
    elif schema['type'] == 'boolean':
        yield from ((True, True), (False, True), ('true', False), (1, False))
    elif schema['type'] in ('integer', 'number'):
        least = schema.get('minimum', schema.get('exclusiveMinimum'))
        most = schema['maximum']
        yield least, 'minimum' in schema
        yield most, True
        yield most + 1, False
        yield least - (1 if least == int(least) else least / 2), False
        yield '1', False
        yield True, False
        if schema['type'] == 'integer':
            yield least + .5, False
    elif schema['type'] == 'string' and 'pattern' in schema:
        yield from (('nonsense', False), ('', False), (1, False))
    elif schema['type'] == 'string':
        yield from (('', False), (1, False))
        if 'maxLength' in schema:
            yield 'n' * schema['maxLength'], True
            yield 'n' * (schema['maxLength'] + 1), False


def walk(judge, schema, path):
    schema = judge.resolve(schema)
    name = '.'.join(map(str, path))
    kind = schema.get('type')
    if kind == 'object':
        judge.expect(f'{name}: a key that there is not', put(FULL, [*path, 'unheard_of'], 1), False)
        judge.expect(f'{name} is no object', put(FULL, path, []) if path else {'key_file': 'x', 'node': []}, False)
        for key in schema.get('required', ()):
            judge.expect(f'{name} without {key}', without(FULL, [*path, key]), False)
        for key, inner in schema['properties'].items():
            if key != 'key_file':
                walk(judge, inner, [*path, key])
    elif kind == 'array':
        judge.expect(f'{name} is no list', put(FULL, path, {}), False)
        inner = judge.resolve(schema['items'])
        if inner['type'] == 'object':
            walk(judge, inner, [*path, 0])
            return
        judge.expect(f'{name} with nonsense', put(FULL, path, [17]), False)
        if schema.get('uniqueItems'):
            once = FULL
            for step in path:
                once = once[step]
            judge.expect(f'{name} has one twice', put(FULL, path, once + once), False)
    else:
        for value, allowed in values(schema):
            if allowed and RELATED.search(name):
                continue
            document = put(FULL, path, value)
            # What needs the other word goes with it.
            if name == 'dispatcher.replication' and value == 'async':
                document = without(document, ['dispatcher', 'sync_time'])
            if name == 'gateway.announce' and value == 'async':
                document = without(without(document, ['gateway', 'hold_time']), ['gateway', 'hold_packets'])
            # A node's or a device's name may be used elsewhere; that is the kernel's to refuse.
            judge.expect(f'{name} = {value!r}', document, allowed)


def read_keys():
    """Each key that the agent asks its objects for."""
    keys = set()
    ask = re.compile(r'\b\w+\s*\.(?:text|number|real|seconds|boolean|with|each|word<[^>]*>|parsed<[^>]*>|parsed_list<[^>]*>)'
                     r'\(\s*"(\w+)"')
    for source in SOURCES:
        with open(f'userspace/agent/{source}', encoding='utf-8') as file:
            text = file.read()
        keys |= set(ask.findall(text)) | set(re.findall(r'read_named<[^>]*>\(\w+, "(\w+)"', text))
    return keys


def schema_keys(judge, schema):
    """But for components of a load and for timers, whose names are the policy's and those of protocols."""
    schema = judge.resolve(schema)
    keys = set(schema.get('properties', ()))
    for key, inner in schema.get('properties', {}).items():
        if key == 'timers':
            inner = next(iter(inner['properties'].values()))
        keys |= set() if key == 'weights' else schema_keys(judge, inner)
    return keys | schema_keys(judge, schema['items']) if 'items' in schema else keys


def main():
    with tempfile.TemporaryDirectory() as work:
        judge = Judge(sys.argv[1], work)
        FULL['key_file'] = 'a path'
        FULL['status']['token_file'] = judge.token
        for file in sorted(glob.glob(f'{CONFIG}/examples/*.json')):
            with open(file, encoding='utf-8') as text:
                judge.expect(file, json.load(text), True)
        judge.expect('all that there is', FULL, True)
        judge.expect('no role', {'key_file': 'x'}, False)
        walk(judge, judge.schema, [])
        for needs, what in (('dispatcher.peers', 'dispatcher'), ('gateway.announce', 'gateway'), ('node.vips', 'node')):
            extra = {'dispatcher': 'peer_grace', 'node': 'source'}.get(what)
            document = put(FULL, [what, extra], 1 if what == 'dispatcher' else True) if extra else FULL
            judge.expect(f'what needs {needs} without it', without(document, needs.split('.')), False)
        for listen, allowed in (('127.0.0.1:9478', True), ('[::1]:9478', True), ('0.0.0.0:9478', False), ('[::]:9478', False),
                                ('[::11]:9478', False)):
            judge.expect(f'status at {listen} without a token', put(FULL, ['status'], {'listen': listen}), allowed)
        differ = read_keys() ^ schema_keys(judge, judge.schema)
        if differ:
            judge.fail('the keys of the agent and those of the schema', f'these are in one of them: {sorted(differ)}')
        if judge.failed or judge.asked < 300:
            print(f'{judge.failed} of {judge.asked} documents are not as they should be')
            return 1
        print(f'{judge.asked} documents: the schema and the agent agree')
    return 0


if __name__ == '__main__':
    sys.exit(main())
