import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { commonOptions } from '#lib/core/common-options.js';
import type { Field, Fields } from '#lib/core/field.js';
import { chaosFields } from '#lib/policies/chaos/options.js';
import { circuitFields } from '#lib/policies/circuit/options.js';
import { coalesceFields } from '#lib/policies/coalesce/options.js';
import { concurrencyFields } from '#lib/policies/concurrency/options.js';
import { hedgeFields } from '#lib/policies/hedge/options.js';
import { limiterFields } from '#lib/policies/limiter/options.js';
import { rateLimitFields } from '#lib/policies/rate-limit/options.js';
import { retryFields } from '#lib/policies/retry/options.js';
import { timeLimitFields } from '#lib/policies/time-limit/options.js';
import { fleetFields } from '#lib/settings/fields/fleet.js';
import { logFields } from '#lib/settings/fields/log.js';
import { openaiFields } from '#lib/settings/fields/openai.js';
import { resilienceFields } from '#lib/settings/fields/resilience.js';
import { compilerOf, optionsIn } from '../support/declarations.js';
import { root } from './support/repository.js';

const FILES: Readonly<Record<string, Fields>> = {
  'lib/core/common-options.ts': commonOptions,
  'lib/policies/chaos/options.ts': chaosFields,
  'lib/policies/circuit/options.ts': circuitFields,
  'lib/policies/coalesce/options.ts': coalesceFields,
  'lib/policies/concurrency/options.ts': concurrencyFields,
  'lib/policies/hedge/options.ts': hedgeFields,
  'lib/policies/limiter/options.ts': limiterFields,
  'lib/policies/rate-limit/options.ts': rateLimitFields,
  'lib/policies/retry/options.ts': retryFields,
  'lib/policies/time-limit/options.ts': timeLimitFields,
  'lib/settings/fields/fleet.ts': fleetFields,
  'lib/settings/fields/log.ts': logFields,
  'lib/settings/fields/openai.ts': openaiFields,
  'lib/settings/fields/resilience.ts': resilienceFields,
};

const WIDTH = 120;

/** A field, with the comment above it if there is one. */
const FIELD = /^( {2}\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n)? {2}(\w+): \{\n/gm;

describe('the comment above a field, which editors show for the option', () => {
  for (const [path, fields] of Object.entries(FILES)) {
    it(`says what the field says in ${path}; DOCS=write brings it up to date`, () => {
      const source = readFileSync(join(root, path), 'utf8');
      const seen: string[] = [];
      const current = source.replace(FIELD, (found, _comment: string | undefined, name: string) => {
        const field = fields[name];
        if (!field) return found;
        seen.push(name);
        return `${commentOf(field)}  ${name}: {\n`;
      });
      expect(seen).to.deep.equal(Object.keys(fields));
      if (process.env.DOCS === 'write') writeFileSync(join(root, path), current);
      else expect(source).to.equal(current);
    });
  }
});

describe('an option in an editor', () => {
  const declarations = compilerOf('dist/index.d.ts');
  for (const [name, fields] of Object.entries({
    CircuitOptions: circuitFields,
    ConcurrencyOptions: concurrencyFields,
    CoalesceOptions: coalesceFields,
    HedgeOptions: hedgeFields,
    LimiterOptions: limiterFields,
    RateLimitOptions: rateLimitFields,
    RetryOptions: retryFields,
    TimeLimitOptions: timeLimitFields,
  } as Readonly<Record<string, Fields>>)) {
    it(`has the words of its field: ${name}`, () => {
      const all = { ...fields, ...commonOptions };
      const expected = Object.entries(all).map(([option, { doc }]) => [option, doc]);
      const found = Object.entries(optionsIn(declarations, name)).map(([option, { doc }]) => [option, doc]);
      expect(found).to.have.deep.members(expected);
    });
  }
});

function commentOf(field: Field<unknown>): string {
  const words = field.doc.split(' ');
  if (field.default !== null && field.default !== undefined) words.push(`@default ${literalOf(field.default)}`);
  const line = `  /** ${words.join(' ')} */`;
  if (line.length <= WIDTH) return `${line}\n`;
  const lines = words.reduce<string[]>((wrapped, word) => {
    const last = wrapped.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= WIDTH)
      return [...wrapped.slice(0, -1), `${last} ${word}`];
    return [...wrapped, `   * ${word}`];
  }, []);
  return ['  /**', ...lines, '   */', ''].join('\n');
}

function literalOf(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : String(value);
}
