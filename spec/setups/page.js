/** The page of the set-ups that `npm run setups` has tried. */
export function pageOf(results) {
  const rows = results.map(({ name, packages }) => `| ${name} | ${packages.map((each) => `\`${each}\``).join(', ')} |`);
  return [
    '# Set-ups',
    '',
    'Where holdfast was tried: the packed package is installed beside the packages of each row, and the same class is',
    'compiled and run there. `npm run setups` does it and writes this page if every set-up holds.',
    '',
    'The class has `@CircuitProtected` over `@RetryOnTransient`. It has to retry, to open its circuit, to reject with',
    '`CircuitOpenError`, to emit its events in order, to read a setting of the environment, and to write its log.',
    '',
    '| set-up | installed |',
    '|---|---|',
    ...rows,
    '',
  ].join('\n');
}
