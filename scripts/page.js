// Makes the page of the dashboard: what runs in the browser becomes three texts in a module, so that it is one file to serve.
import { readFileSync, writeFileSync } from 'node:fs';
import { build, transform } from 'esbuild';

const FOLDER = 'lib/dashboard/page/browser';
const read = (name) => readFileSync(`${FOLDER}/${name}`, 'utf8');

const { outputFiles } = await build({
  entryPoints: [`${FOLDER}/main.ts`],
  bundle: true,
  minify: true,
  write: false,
  format: 'iife',
  target: 'es2023',
  charset: 'utf8',
});
const style = await transform(read('style.css'), { loader: 'css', minify: true });
const texts = {
  MARKUP: read('markup.html').trim().replaceAll('\n', ''),
  SCRIPT: outputFiles[0].text.trim(),
  STYLE: style.code.trim(),
};
const lines = Object.entries(texts).map(([name, text]) => `export const ${name} = ${JSON.stringify(text)};\n`);
writeFileSync('dist/dashboard/page/assets.js', lines.join(''));
