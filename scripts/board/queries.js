// Asks a Prometheus what Grafana would ask it for a board.

/** Grafana's own rule for `$__rate_interval`: at least four scrapes, so that `rate` has two samples when one is late. */
const rateInterval = ({ step, scrape }) => `${Math.max(step + scrape, 4 * scrape)}s`;

/** An expression with the variables of the board filled in, each as it stands when a board is opened: "All". */
export function filled(expr, { templating }, times) {
  const all = templating.list.filter(({ allValue }) => allValue !== undefined);
  const values = {
    __rate_interval: rateInterval(times),
    ...Object.fromEntries(all.map((one) => [one.name, one.allValue])),
  };
  return expr.replaceAll(/\$(\w+)/g, (found, name) => values[name] ?? found);
}

/** The name of a series, as `legendFormat` makes it. */
export function nameOf(format, labels) {
  return format.replaceAll(/\{\{(\w+)\}\}/g, (_, label) => labels[label] ?? '');
}

/**
 * The series of each panel by its id, and those of the annotations.
 * @param range asks for an expression over the time
 */
export async function askAll(board, times, range) {
  const ask = (expr) => range(filled(expr, board, times), times);
  const named = async ({ expr, legendFormat }) =>
    (await ask(expr)).map(({ labels, points }) => ({ name: nameOf(legendFormat, labels), points }));
  const series = new Map();
  for (const { id, targets } of board.panels) series.set(id, (await Promise.all(targets.map(named))).flat());
  const marks = [];
  for (const { expr, titleFormat, iconColor } of board.annotations.list)
    for (const { labels, points } of await ask(expr))
      marks.push({ at: points[0][0], title: nameOf(titleFormat, labels), color: iconColor });
  return { series, marks };
}
