import type { Problem, Problems } from './check.js';
import { groups, policyGroups, type Values } from './groups.js';
import type { Layers } from './layers.js';
import { mapped } from './mapped.js';
import type { Settings, SettingsOverrides } from './schema.js';
import { concerns, type Names, SECTIONS } from './sections.js';

const merged = new WeakMap<Layers, Settings>();

/** The loaded settings, overridden by those of `configure()`. Cached. */
export function mergeSettings(layers: Layers): Settings {
  let settings = merged.get(layers);
  if (!settings) merged.set(layers, (settings = layers.configured.reduce(overridden, layers.loaded.settings)));
  return settings;
}

function overridden(settings: Settings, tree: SettingsOverrides): Settings {
  return { ...settings, ...mapped(tree, (values, group) => ({ ...settings[group as keyof Settings], ...values })) };
}

const known = new WeakMap<Layers, readonly Problem[]>();

/** All problems of settings: wrong values, and values that contradict each other. Cached. */
export function problemsOf(layers: Layers): readonly Problem[] {
  let problems = known.get(layers);
  if (!problems) known.set(layers, (problems = [...layers.loaded.problems, ...contradictionsOf(layers)]));
  return problems;
}

/** A user of settings: the groups of its policies, and the names that sections match. */
export interface User extends Partial<Names> {
  readonly groups: ReadonlySet<string>;
}

/** The problems of the settings that `user` uses. Problems of other settings must not make it fail. */
export function problemsFor(layers: Layers, user: User): Problem[] {
  return problemsOf(layers).filter(({ path: [group, section, policy] }) => {
    if (group === undefined || group === 'resilience') return true;
    if (group !== 'circuits' && group !== 'methods') return user.groups.has(group);
    const { method, circuit } = user;
    if (method === undefined) return false;
    if (section !== undefined && !concerns(group, section, { method, circuit })) return false;
    // A key of a section that is not a group may have been meant for any policy.
    return policy === undefined || user.groups.has(policy) || !groups.has(policy);
  });
}

/** Problems that belong to no group, so that they make no call fail: only the log can show them. */
export function unownedProblems({ problems }: Layers['loaded']): Problem[] {
  return problems.filter(({ path: [group] }) => {
    return group !== undefined && !groups.has(group) && !SECTIONS.some((kind) => kind === group);
  });
}

/** Values that contradict each other. Skips groups with wrong values: the correct value may cause no contradiction. */
function contradictionsOf(layers: Layers): Problems {
  const { loaded } = layers;
  // An unreadable file may hold the values that resolve a contradiction.
  if (loaded.problems.some(({ path }) => path.length === 0)) return [];
  const isWrong = (...at: readonly string[]): boolean =>
    loaded.problems.some(({ path }) => at.every((name, i) => path[i] === name));
  const settings: Readonly<Record<string, Values | undefined>> = mergeSettings(layers);
  const found: Problems = [];
  for (const [name, group] of groups) {
    if (isWrong(name)) continue;
    const variables = (loaded.environment as Readonly<Record<string, Values | undefined>>)[name] ?? {};
    const isFromVariable = (key: string): string | undefined =>
      Object.hasOwn(variables, key) ? group.fields[key]?.env : undefined;
    for (const text of group.contradictions(settings[name] ?? {}))
      found.push({ path: [name], text: `${name}.${withVariables(text, Object.keys(variables), isFromVariable)}` });
  }
  for (const kind of SECTIONS) {
    for (const [section, policies] of Object.entries(settings[kind] ?? {})) {
      for (const [name, group] of policyGroups()) {
        const path = [kind, section, name];
        if (isWrong(...path)) continue;
        for (const text of group.contradictions((policies as Readonly<Record<string, Values>>)[name] ?? {}))
          found.push({ path, text: `${path.join('.')}.${text}` });
      }
    }
  }
  return [...found, ...strangeAddress(layers)];
}

/** Adds the environment variables to a problem of the form `key: expected at most other (value), …`. */
function withVariables(text: string, keys: readonly string[], variableOf: (key: string) => string | undefined): string {
  return keys.reduce((named, key) => {
    const variable = variableOf(key);
    return named
      .replace(new RegExp(`^${key}:`), `${key} (${variable}):`)
      .replace(new RegExp(` ${key} \\(`), ` ${key} (${variable}: `);
  }, text);
}

/** A file in the working directory must not redirect the API key of the environment to another address. */
function strangeAddress({ loaded, configured }: Layers): Problems {
  const { file, environment, isLocal, path } = loaded;
  const isSent = environment.openai?.apiKey !== undefined && !configured.some(({ openai }) => openai?.apiKey);
  const isElsewhere = environment.openai?.baseUrl ?? configured.some(({ openai }) => openai?.baseUrl);
  if (!isLocal || !file.openai?.baseUrl || !isSent || isElsewhere) return [];
  const text =
    `openai.baseUrl: expected an address from OPENAI_BASE_URL or from code beside the key of OPENAI_API_KEY, got one from ` +
    `${path} in the working directory, to which the key is not sent. Write: OPENAI_BASE_URL=…`;
  return [{ path: ['openai', 'baseUrl'], text }];
}
