import { type Group, LIMIT_MS, type Method, METHODS, methodsOf, type Outcome, type Row } from './row.js';

/** The circuit's side, as the page tells it. */
const CIRCUIT = {
  failure: 'a failure',
  ignored: 'ignored',
  answers: 'ignored; as a probe it closes the circuit',
  success: 'a success',
} as const satisfies Record<Outcome['circuit'], string>;

/**
 * The page docs/fault-matrix.md. It is made of what the rows expect, and written only when all of that has been
 * measured, so that it is the same whenever it is written.
 */
export function pageOf(groups: readonly Group[]): string {
  return `${[intro(), ...groups.map(section), OUTRO].join('\n\n')}\n`;
}

function intro(): string {
  return `# Fault matrix

The outcome of a call of \`embedText\`, \`generateAnswer\` or \`streamAnswer\`, and of a service written by hand over \`fetch\`, under
each fault. Every row was measured, over real sockets, with \`openai\` 6 and 7, with services compiled in both decorator dialects
and with the library loaded by \`require\`, and this page was written by:

\`\`\`sh
npm run matrix
\`\`\`

Read a row so: *kind* is what the failure is [decided to be](failures.md); *requests* is how many of them the upstream saw, and
why the retry gave up if the row is about that; the caller *gets* the error of that class, the SDK's own unless it is one of
holdfast's; *circuit* is what the call was to the circuit. Where a cell does not say which SDK or dialect it means, it is the same
for all of them.

Settings are the defaults, but for time: 5 to 10 ms before a retry; ${LIMIT_MS} ms for an attempt where its limit is met; 5 s that a
call may wait for a rate limit. *At once* means that neither a limit nor a hint was waited for.

In every row nothing of the question, the passages, the key, the answer, or the upstream's bodies, headers and messages was
found in an event, a log line, an error of holdfast's own or the output of the process, and nothing was left behind: no request,
socket, timer, listener on the caller's signal, or lease of the circuit.`;
}

const OUTRO = `## When not to rely on it

- For another client than \`openai\`, or another version: its errors differ, and so may their kinds. Ask \`classify\`.
- For times. They are those of short limits; yours are in the [settings](configuration.md#every-setting).`;

function section({ title, rows }: Group): string {
  const all = new Set(rows.flatMap(methodsOf));
  const differ = rows.some((row) => methodsOf(row).length < all.size);
  const head = ['fault', ...(differ ? ['methods'] : []), 'kind', 'requests', 'the caller gets', 'circuit', 'time'];
  const only = all.size < METHODS.length ? `\n\nOf ${namesOf([...all])}.` : '';
  return [
    `## ${title}${only}\n`,
    line(head),
    `|${'---|'.repeat(head.length)}`,
    ...rows.map((row) => line([row.fault, ...(differ ? [told(row)] : []), ...cellsOf(row.expected)])),
  ].join('\n');
}

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

const namesOf = (methods: readonly Method[]): string => methods.map((name) => `\`${name}\``).join(', ');

function told(row: Row): string {
  const methods = methodsOf(row);
  return methods.length === METHODS.length ? 'all' : namesOf(methods);
}

function cellsOf({ kind, requests, attempts, gaveUp, got, circuit, takes }: Outcome): string[] {
  const words =
    typeof got === 'string' ? marked(got) : Object.entries(got).map(([sdk, one]) => `${marked(one)} (openai ${sdk})`);
  return [
    marked(kind),
    `${requests}${attempts === undefined ? '' : ` in ${attempts} attempts`}${gaveUp === undefined ? '' : `, \`${gaveUp}\``}`,
    [words].flat().join(', '),
    CIRCUIT[circuit],
    takes.words,
  ];
}

/** Names of classes and kinds are code, the words around them are not. */
function marked(words: string): string {
  return words.replace(/\b([A-Z]\w+Error|[a-z-]+(?=$|, then [a-z-]+$)(?<!answer|reason|chunk|none))\b/g, '`$1`');
}
