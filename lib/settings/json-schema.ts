import type { Field, Fields } from '../core/field.js';
import { groups, policyGroups } from './groups.js';

type Json = Readonly<Record<string, unknown>>;

/**
 * The JSON Schema of a settings file, made from the fields of all groups, so that editors complete and check the file.
 */
export function jsonSchema(): Json {
  const section = closed(
    Object.fromEntries(policyGroups().map(([group, { fields }]) => [group, objectOf(fields, withoutDefault)])),
  );
  const sections = (description: string): Json => ({ description, type: 'object', additionalProperties: section });
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Settings of holdfast',
    description: 'The file that RESILIENCE_CONFIG names, or resilience.json in the working directory.',
    ...closed({
      $schema: { description: 'Where this schema is, for editors.', type: 'string' },
      ...Object.fromEntries([...groups].map(([group, { fields }]) => [group, objectOf(fields, described)])),
      circuits: sections('Options by the name of a circuit, or a pattern such as "*". They win over everything else.'),
      methods: sections('Options by Class.method, or a pattern such as "Class.*". They win over everything else.'),
    }),
  };
}

/** An object that allows no unknown keys, as when the file is read. */
function closed(properties: Json): Json {
  return { type: 'object', properties, additionalProperties: false };
}

function objectOf(fields: Fields, property: (field: Field<unknown>) => Json): Json {
  return closed(Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, property(field)])));
}

function described(field: Field<unknown>): Json {
  const { doc, env, format } = field;
  const description = env === undefined ? doc : `${doc} Environment: ${env}.`;
  return { description, ...(field.default !== null && { default: field.default }), ...format.json };
}

/** A field of a section. It has no default: if unset, the value comes from another layer. */
function withoutDefault({ doc, format }: Field<unknown>): Json {
  return { description: doc, ...format.json };
}
