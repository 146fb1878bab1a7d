import type { PolicyDescription } from '../../decorators/describe.js';
import type { UnmatchedSection } from '../../runtime/unmatched.js';
import type { Setting } from '../../settings/resolve.js';
import { paint } from '../terminal/paint.js';
import { table } from '../terminal/table.js';
import { wrap } from '../terminal/wrap.js';
import type { Stacks } from './known-methods.js';
import type { NamedSetting } from './settings-in-effect.js';

const columns = (...heads: string[]) => heads.map((head) => ({ head }));

/** All settings, group by group. */
export function settingsTable(groups: ReadonlyMap<string, readonly NamedSetting[]>): string {
  const rows = [...groups].flatMap(([group, settings]) => [
    [paint('bold', group)],
    ...settings.map((setting) => [
      `  ${setting.key}`,
      valueOf(setting),
      setting.source,
      paint('dim', setting.env ?? ''),
    ]),
  ]);
  return table(columns('setting', 'value', 'source', 'environment variable'), rows);
}

/** The settings of single circuits and methods. */
export function sectionsTable(sections: readonly NamedSetting[]): string {
  const rows = sections.map((section) => [printable(section.key), valueOf(section), sourceOf(section)]);
  return table(columns('setting of one circuit or method', 'value', 'source'), rows);
}

/**
 * The warning about a section that matches nothing this command knows. The command does not know the classes of a
 * program.
 */
export function unmatchedLine({ section, nearest }: UnmatchedSection): string {
  const hint = nearest === undefined ? 'see describe() for your own classes' : `did you mean ${nearest}?`;
  return paint('yellow', wrap(`Warning: ${section} means nothing that this command knows; ${hint}`));
}

/** The stack of each method, outermost first. */
export function stackTables(stacks: Stacks): string[] {
  return groupByStack(stacks).map(({ methods, stack }) => {
    const names = methods.map((method) => paint('bold', method));
    const rows = table(columns('policy', 'option', 'value', 'source'), stack.flatMap(rowsOf));
    return [...names, rows, ...stack.flatMap(warningsOf)].join('\n');
  });
}

interface MethodsWithStack {
  readonly methods: readonly string[];
  readonly stack: readonly PolicyDescription[];
}

/** Groups methods with equal stacks, so that each stack is printed once. */
function groupByStack(stacks: Stacks): MethodsWithStack[] {
  const groups = new Map<string, MethodsWithStack>();
  for (const [method, stack] of Object.entries(stacks)) {
    const content = JSON.stringify(stack);
    groups.set(content, { methods: [...(groups.get(content)?.methods ?? []), method], stack });
  }
  return [...groups.values()];
}

function warningsOf({ policy, warnings }: PolicyDescription): string[] {
  return warnings.map((warning) => paint('yellow', wrap(`Warning: ${policy}: ${warning}.`)));
}

function rowsOf({ policy, settings }: PolicyDescription): string[][] {
  return Object.entries(settings).map(([option, setting], i) => {
    return [i === 0 ? policy : '', option, valueOf(setting), sourceOf(setting)];
  });
}

function valueOf({ value }: Setting): string {
  if (value === null || value === undefined) return '-';
  return printable(typeof value === 'string' ? value : JSON.stringify(value));
}

/** Escapes control characters, which could move the terminal's cursor. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function sourceOf({ source, from }: Setting): string {
  return from === undefined ? source : printable(`${source} ${from}`);
}
