import { groups } from '#lib/settings/groups.js';

// Whoever runs the specs may have a key, a log level or a settings file of their own: no spec may see them.
for (const { env } of [...groups.values()].flatMap(({ fields }) => Object.values(fields))) {
  if (env !== undefined) delete process.env[env];
}
delete process.env.RESILIENCE_CONFIG;

// mocha takes rejections that nobody handles away from the process, which would end for them; and tells them twice.
const unhandled = new Map<Promise<unknown>, unknown>();
process.on('unhandledRejection', (reason, promise) => unhandled.set(promise, reason));

function failForUnhandled(): void {
  const [cause] = unhandled.values();
  const { size } = unhandled;
  unhandled.clear();
  if (size > 0) throw new Error(`${size} rejections were handled by nobody.`, { cause });
}

export const mochaHooks = { afterEach: failForUnhandled, afterAll: failForUnhandled };
