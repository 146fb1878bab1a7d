import { layers } from '../../runtime/runtime.js';
import { refuse } from '../../settings/load.js';
import { problemsOf } from '../../settings/problems.js';
import { say } from '../terminal/output.js';
import { WITHOUT_OPENAI, knownStacks, type Stacks, stackOf } from './known-methods.js';
import { sectionsInEffect, settingsFile, settingsInEffect, unmatchedIn } from './settings-in-effect.js';
import { sectionsTable, settingsTable, stackTables, unmatchedLine } from './tables.js';

/**
 * Prints the settings in effect and the stacks of the services, or the stack of one method.
 * @throws {UsageError} for an unknown method
 * @throws {ConfigurationError} if the settings are invalid
 */
export async function explain(method: string | undefined, json: boolean): Promise<void> {
  refuse(problemsOf(layers()));
  const stacks = method === undefined ? await knownStacks() : await stackOf(method);
  const parts = json ? jsonOf(stacks, method === undefined) : tablesOf(stacks, method === undefined);
  parts.forEach((part, i) => say(i === 0 ? part : `\n${part}`));
}

function tablesOf(stacks: Stacks | undefined, isComplete: boolean): string[] {
  const methods = stacks ? stackTables(stacks) : [WITHOUT_OPENAI];
  if (!isComplete) return methods;
  const sections = sectionsInEffect();
  return [
    `Settings file: ${settingsFile() ?? 'none, as RESILIENCE_CONFIG is not set and there is no resilience.json here'}`,
    settingsTable(settingsInEffect()),
    ...(sections.length > 0 ? [sectionsTable(sections)] : []),
    ...unmatchedIn(stacks).map(unmatchedLine),
    ...methods,
  ];
}

function jsonOf(methods: Stacks = {}, isComplete: boolean): string[] {
  const settings = [...settingsInEffect()].flatMap(([group, named]) =>
    named.map((setting) => ({ ...setting, key: `${group}.${setting.key}` })),
  );
  const report = {
    file: settingsFile() ?? null,
    settings,
    sections: sectionsInEffect(),
    unmatched: unmatchedIn(methods),
    methods,
  };
  return [JSON.stringify(isComplete ? report : { methods }, null, 2)];
}
