// Compares llms.txt and llms-full.txt with the docs; `npm run llms` writes them. The first lists every page with its first
// paragraph, the second holds the pages themselves. Pages stand in the order in which README.md links to them.
import { readdirSync, readFileSync } from 'node:fs';
import { generated } from './generated.js';

const UPDATE = 'npm run llms';
const README = 'README.md';
/** One only links to the others, and the package has declarations instead of docs/api. */
const LEFT_OUT = /^(README\.md|api\/.*)$/;

const readme = readFileSync(README, 'utf8');
const inDocs = readdirSync('docs', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.md') && !LEFT_OUT.test(name))
  .sort()
  .map((name) => `docs/${name}`);
const linked = [...readme.matchAll(/\]\((docs\/[\w/-]+\.md)/g)].map(([, path]) => path);
const pages = [...new Set([...linked, ...inDocs])].filter((path) => inDocs.includes(path));

const lines = pages.map((path) => {
  const text = readFileSync(path, 'utf8');
  return `- [${titleOf(text)}](${path}): ${firstParagraphOf(text)}`;
});
const about = `# holdfast\n\n> ${firstParagraphOf(readme)}\n`;
generated('llms.txt', `${about}\n## Docs\n\n- [README](${README})\n${lines.join('\n')}\n`, UPDATE);

const full = [README, ...pages].map((path) => `<!-- ${path} -->\n\n${readFileSync(path, 'utf8').trim()}\n`);
generated('llms-full.txt', full.join('\n'), UPDATE);

function titleOf(text) {
  return /^# (.+)$/m.exec(text)[1];
}

/** The first paragraph of prose, in one line and without links; a page may begin with code. */
function firstParagraphOf(text) {
  const [first = ''] = text.replace(/^```[^]*?^```$/gm, '').match(/^[^\n#|<>![-][^]*?(?=\n\n)/m) ?? [];
  return first
    .replace(/\[([^\]]+)\]\([^)]+\)/g, '$1')
    .replace(/\s+/g, ' ')
    .replace(/:$/, '.')
    .trim();
}
