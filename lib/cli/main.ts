#!/usr/bin/env node
import { run } from './run.js';
import { endQuietlyWithoutReader } from './terminal/output.js';

endQuietlyWithoutReader();
process.exitCode = await run(process.argv.slice(2));
