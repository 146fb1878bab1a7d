import type { Failure, FailureKind } from '#lib/index.js';
import { type RecordedCell, type RecordedFamily, type RecordedSetup, type ThrownCell, thrownIn } from './cells.js';
import { hasHint, isDecidable, isHintFound, isRight, judge, kindInCall } from './judging.js';

/** The page docs/clients.md, made from what is recorded and what the library says of it. */
export function pageOf(families: readonly RecordedFamily[]): string {
  return `${[intro(families), ...families.map(section), OUTRO].join('\n\n')}\n`;
}

/** As the table of docs/failures.md orders them. */
const KINDS: readonly FailureKind[] = [
  ...(['timeout', 'network', 'server', 'rate-limited', 'quota', 'rejected', 'malformed', 'misconfigured'] as const),
  ...(['cancelled', 'unknown'] as const),
];

function intro(families: readonly RecordedFamily[]): string {
  const setups = families.flatMap((family) => family.setups);
  const all = thrownIn(families).map(judge);
  const decidable = all.filter(isDecidable);
  const hinted = all.filter(hasHint);
  return `# Clients

How real clients fail, and which [kind of failure](failures.md) holdfast reads from what they throw: ${setups.length} set-ups of clients,
databases and queues, ${all.length} recorded errors. Every error was thrown by the client itself, over real sockets, by this command:

\`\`\`sh
npm install --prefix clients   # the clients; the project itself needs none of them
npm run clients                # some minutes; the servers of Redis, PostgreSQL and MariaDB are used if they are installed
\`\`\`

The command records the structure of each error in \`spec/failures/recorded/\`, and \`npm test\` classifies all of them again. Of the
${decidable.length} errors whose kind can be decided, holdfast reads ${decidable.filter(isRight).length} right; of the ${hinted.length} that have a hint, it finds ${hinted.filter(isHintFound).length}.

Each table lists the faults of one set-up by the kind that a decorated method sees. *cancelled* is only what the caller aborts; if
the client's own timer aborts the request, the kind is *timeout*. A duration behind a fault is the hint that holdfast found.
A fault in bold is read as another kind than it is; the right kind stands behind it. A number of requests is given if the client
repeated the request by itself: then switch its retries off, or both will retry.`;
}

const OUTRO = `## When not to rely on it

- For another version of a client: its errors may differ. Call \`classify\` with one of them.
- For a client of your own: throw errors with \`status\` and \`headers\`, or give a \`classify\` function in \`configure()\`.
- For what cannot be decided: such an error holds too little. It is not retried unless \`retryOn\` says so.`;

function section({ family, setups }: RecordedFamily): string {
  return [`## ${family}`, ...setups.map(table)].join('\n\n');
}

function table(setup: RecordedSetup): string {
  const groups = new Map<string, string[]>();
  const add = (group: string, fault: string): void => void groups.set(group, [...(groups.get(group) ?? []), fault]);
  for (const cell of setup.cells) add(...entry(cell, setup.name));
  const known = [...KINDS.map((kind) => `\`${kind}\``), ...groups.keys()];
  const rows = [...new Set(known)].filter((group) => groups.has(group));
  const title = `### ${setup.name}\n\n\`${setup.package}\` ${setup.version}`;
  return [
    title,
    '',
    '| kind | faults |',
    '|---|---|',
    ...rows.map((row) => `| ${row} | ${groups.get(row)?.join(' · ')} |`),
  ].join('\n');
}

/** The row of a cell, and what stands in it. */
function entry(cell: RecordedCell, setup: string): [group: string, words: string] {
  const repeated = cell.requests !== undefined && cell.requests > 1 ? `, ${cell.requests} requests` : '';
  if (cell.hangs) return ['does not settle', `${cell.fault}${repeated}`];
  if (cell.thrown === undefined || cell.kind === undefined) return ['throws nothing', `${cell.fault}${repeated}`];
  if (cell.decidable === false) return [`cannot be decided: ${cell.reason ?? ''}`, `${cell.fault}${repeated}`];
  const thrown: ThrownCell = { ...cell, setup, thrown: cell.thrown, kind: cell.kind };
  const judged = judge(thrown);
  const kind = kindInCall(thrown, judged.failure);
  const words = `${cell.fault}${hintOf(judged.failure)}${repeated}`;
  return [`\`${kind}\``, isRight(judged) ? words : `**${words}** (${cell.kind})`];
}

function hintOf({ retryAfterMs }: Failure): string {
  return retryAfterMs === undefined ? '' : `, ${Math.round(retryAfterMs / 100) / 10} s`;
}
