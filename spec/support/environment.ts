import { schema } from '#lib/settings/schema.js';

// Whoever runs the specs may have a key, a log level or a settings file of their own: no spec may see them.
for (const { env } of Object.values(schema).flatMap((fields): { env?: string }[] => Object.values(fields))) {
  if (env !== undefined) delete process.env[env];
}
delete process.env.RESILIENCE_CONFIG;
