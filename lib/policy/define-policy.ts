import { ConfigurationError } from '../core/errors.js';
import type { Fields } from '../core/field.js';
import { definePolicy as define, type PolicyDefinition, type PolicyFactory } from '../decorators/define-policy.js';
import { checkPolicy, kindOfValue, mistakesOf } from './check.js';
import { guarded } from './guard.js';
import { registerPolicy } from '../decorators/register-policy.js';

const NAME = /^[A-Z][A-Za-z0-9]*$/;
const GROUP = /^[a-z][A-Za-z0-9]*$/;

/**
 * Defines a policy, and registers its options as a group of settings with the switch `enabled`. Call it once, in the
 * module that exports the decorator. If a step throws or returns an invalid value, its call fails with a {@link
 * ConfigurationError} that names the policy, and the outer policies get their permits and leases back.
 * @returns the factory of the policy's decorator
 * @throws {ConfigurationError} for a name, a group or an option that already exists, or an impossible position
 */
export function definePolicy<const F extends Fields, S extends keyof F = never>(
  definition: PolicyDefinition<F, S>,
): PolicyFactory<F, S> {
  check(definition);
  registerPolicy(definition);
  const { name, bind } = definition;
  return define({
    ...definition,
    bind: (options, context, own, position, self) => {
      const mistake = mistakesOf(context.method, name);
      const bound = [found()].flat();
      return bound.map((each) => guarded(checkPolicy(each, mistake), mistake));

      function found(): unknown {
        try {
          return bind(options, context, own, position, self);
        } catch (cause) {
          if (cause instanceof ConfigurationError) throw cause;
          throw mistake('bind', 'expected it not to throw', { cause });
        }
      }
    },
  });
}

function check(definition: { readonly [K in keyof PolicyDefinition<Fields>]?: unknown }): void {
  const { name, group, fields, bind } = definition;
  const problems: string[] = [];
  const expect = (holds: boolean, problem: string): void => void (holds || problems.push(`definePolicy: ${problem}`));
  expect(typeof name === 'string' && NAME.test(name), 'name: expected the name of the decorator, such as "Traced"');
  expect(
    typeof group === 'string' && GROUP.test(group),
    'group: expected the name of a settings group, such as "trace"',
  );
  expect(
    typeof fields === 'object' && fields !== null,
    `fields: expected an object of options, got ${kindOfValue(fields)}`,
  );
  expect(typeof bind === 'function', `bind: expected a function that returns the policy, got ${kindOfValue(bind)}`);
  if (problems.length > 0) throw new ConfigurationError(problems);
}
