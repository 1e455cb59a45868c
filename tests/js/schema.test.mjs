// The published schema, judged by the reference implementation: it is valid, and everything in it is described.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import {
  buildSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedDirective,
  isSpecifiedScalarType,
  validateSchema,
} from 'graphql';

const text = await readFile(new URL('../../api/schema.graphql', import.meta.url), 'utf8');

test('api/schema.graphql is a valid schema', () => {
  const schema = buildSchema(text);
  assert.deepEqual(
    validateSchema(schema).map(({ message }) => message),
    [],
  );
  assert.ok(schema.getQueryType(), 'the schema has a query type');
});

/** Everything that a reader of the schema meets, with the place where it stands. */
function* described(schema) {
  for (const type of Object.values(schema.getTypeMap())) {
    if (isIntrospectionType(type) || isSpecifiedScalarType(type)) continue;
    yield [type.name, type];
    if (isEnumType(type)) {
      for (const value of type.getValues()) yield [`${type.name}.${value.name}`, value];
    } else if (isObjectType(type) || isInterfaceType(type) || isInputObjectType(type)) {
      for (const field of Object.values(type.getFields())) {
        yield [`${type.name}.${field.name}`, field];
        for (const argument of field.args ?? []) {
          yield [`${type.name}.${field.name}(${argument.name}:)`, argument];
        }
      }
    }
  }
  for (const directive of schema.getDirectives()) {
    if (!isSpecifiedDirective(directive)) yield [`@${directive.name}`, directive];
  }
}

test('every type, field, argument and enum value has a description that is a sentence', () => {
  const all = [...described(buildSchema(text))];
  assert.ok(all.length > 100, `only ${all.length} things were looked at`);
  const wrong = all
    .filter(([, { description }]) => !description?.trim().endsWith('.'))
    .map(([place, { description }]) => `${place}: ${description ? JSON.stringify(description) : 'nothing'}`);
  assert.deepEqual(wrong, []);
});
