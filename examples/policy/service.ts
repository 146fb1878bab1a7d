// A method under a policy of its own, with a section in the settings file that changes an option.
import { fileURLToPath } from 'node:url';
import { CircuitProtected, configure, describe, onEvent, RetryOnTransient } from 'holdfast';
import { DailyQuota, QuotaError } from './daily-quota.js';

class Translator {
  @CircuitProtected({
    fallback: '(tomorrow)',
    fallbackOn: (_failure: unknown, error: unknown) => error instanceof QuotaError,
  })
  @RetryOnTransient()
  @DailyQuota({ most: 100 })
  async translate(text: string): Promise<string> {
    return text.toUpperCase();
  }
}

// What an operator would set: RESILIENCE_CONFIG=examples/policy/resilience.json
process.env.RESILIENCE_CONFIG = fileURLToPath(new URL('../../../examples/policy/resilience.json', import.meta.url));
configure({ settings: { log: { level: 'silent' } } });
onEvent(({ type, ...event }) => {
  if (['quota_used_up', 'fallback_used'].includes(type)) console.log(`  ${type}`, event.method);
});

const quota = describe(Translator).translate?.find(({ policy }) => policy === 'DailyQuota');
console.log(`most is ${String(quota?.settings.most?.value)}, from a ${quota?.settings.most?.source}`);

const translator = new Translator();
for (const text of ['hafen', 'see', 'ufer']) console.log(await translator.translate(text));

configure({ settings: { dailyQuota: { enabled: false } } as object });
console.log(await translator.translate('ufer'));
