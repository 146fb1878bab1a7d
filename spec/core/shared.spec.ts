import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { systemClock } from '#lib/core/clock.js';

describe('the state that copies of the package share', () => {
  it('belongs to the major version of the package', () => {
    const { version } = JSON.parse(readFileSync(join('.', 'package.json'), 'utf8')) as { version: string };
    const registry = Reflect.get(globalThis, Symbol.for('holdfast.state')) as Map<string, Map<string, unknown>>;
    expect([...registry.keys()]).to.deep.equal([version.split('.')[0]]);
    expect([...registry.values()][0]?.get('clock')).to.equal(systemClock);
  });
});
