import type { Field, Fields } from '../core/field.js';
import { methodFields, methodGroups, schema } from './schema.js';

type Json = Readonly<Record<string, unknown>>;

/** The JSON Schema of a settings file, made from the convict schema, so that editors complete and check the file. */
export function jsonSchema(): Json {
  const groups = Object.entries(schema).map(([group, fields]) => [group, objectOf(fields, described)]);
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Settings of holdfast',
    description: 'The file that RESILIENCE_CONFIG names, or resilience.json in the working directory.',
    ...closed({
      $schema: { description: 'Where this schema is, for editors.', type: 'string' },
      ...Object.fromEntries(groups),
      circuits: sections('Options of circuits by name: these win over everything else.', schema.circuit, {}),
      methods: sections(
        'Options of methods by Class.method: these win over everything else.',
        methodFields,
        methodGroups,
      ),
    }),
  };
}

/** A key that nobody knows is a mistake, here as when the file is read. */
function closed(properties: Json): Json {
  return { type: 'object', properties, additionalProperties: false };
}

function objectOf(fields: Fields, property: (field: Field<unknown>) => Json): Json {
  return closed(propertiesOf(fields, property));
}

function propertiesOf(fields: Fields, property: (field: Field<unknown>) => Json): Json {
  return Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, property(field)]));
}

/** What is left out of a section comes from elsewhere, so that its fields have no default of their own. */
function sections(description: string, fields: Fields, groups: Readonly<Record<string, Fields>>): Json {
  const inner = Object.entries(groups).map(([group, its]) => [group, objectOf(its, undescribedDefault)]);
  const properties = { ...propertiesOf(fields, undescribedDefault), ...Object.fromEntries(inner) };
  return { description, type: 'object', additionalProperties: closed(properties) };
}

function described(field: Field<unknown>): Json {
  const { doc, env, format } = field;
  const description = env === undefined ? doc : `${doc} Environment: ${env}.`;
  return { description, ...(field.default !== null && { default: field.default }), ...format.json };
}

function undescribedDefault({ doc, format }: Field<unknown>): Json {
  return { description: doc, ...format.json };
}
