// One section's work, alone in a process: `node child.js <section> <arguments as JSON>`; the last line is what it found.
const [section, args] = process.argv.slice(2);
const { work } = await import(`./sections/${section}.js`);
const found = JSON.stringify(await work(JSON.parse(args)));
// Not before it is written, and without waiting for timers that some libraries leave behind.
process.stdout.write(`${found}\n`, () => process.exit());
