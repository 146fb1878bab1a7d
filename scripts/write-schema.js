import { writeFileSync } from 'node:fs';
import { jsonSchema } from '../dist/settings/json-schema.js';

const file = new URL('../resilience.schema.json', import.meta.url);
// Without spaces: only editors read it.
writeFileSync(file, `${JSON.stringify(jsonSchema())}\n`);
