import { writeFileSync } from 'node:fs';
import { jsonSchema } from '../dist/settings/json-schema.js';

const file = new URL('../resilience.schema.json', import.meta.url);
writeFileSync(file, `${JSON.stringify(jsonSchema(), undefined, 2)}\n`);
