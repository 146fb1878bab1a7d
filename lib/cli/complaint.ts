import { CommanderError } from 'commander';
import { ConfigurationError } from '../core/errors.js';
import { classify } from '../runtime/classify.js';
import { EXIT } from './exit-code.js';
import { Interrupted } from './terminal/interrupt.js';
import { UpstreamFailure, UsageError } from './errors.js';

/** What to tell of an error, and the code to end with. */
export interface Complaint {
  readonly lines: readonly string[];
  readonly code: number;
}

/** A user's mistake becomes a line that can be acted on; only a bug of ours keeps its stack. */
export function complaintOf(error: unknown): Complaint {
  if (error instanceof Interrupted) return { lines: [], code: EXIT.interrupted };
  if (error instanceof CommanderError) return ofCommandLine(error);
  if (error instanceof UsageError) return { lines: [`holdfast: ${error.message}`], code: EXIT.misused };
  if (error instanceof ConfigurationError) return { lines: ofSettings(error), code: EXIT.misused };
  if (isMissingPeer(error)) {
    return {
      lines: ['holdfast: this needs the package openai beside holdfast: npm install openai'],
      code: EXIT.misused,
    };
  }
  if (error instanceof UpstreamFailure) return { lines: [ofFailure(error.cause)], code: EXIT.failed };
  return { lines: [error instanceof Error ? (error.stack ?? String(error)) : String(error)], code: EXIT.failed };
}

function ofCommandLine({ code, exitCode, message }: CommanderError): Complaint {
  // Help and version come this way too, and have been printed.
  if (exitCode === 0) return { lines: [], code: EXIT.good };
  const line = message.replace(/^error: /, '').replace(/\s*\n\s*/g, ' ');
  const hint = code === 'commander.help' ? '' : ' See holdfast --help.';
  return { lines: [`holdfast: ${/[.?)]$/.test(line) ? line : `${line}.`}${hint}`], code: EXIT.misused };
}

function ofSettings({ problems }: ConfigurationError): string[] {
  if (problems.length === 1) return [`holdfast: ${problems[0]}`];
  return [`holdfast: ${problems.length} settings are wrong:`, ...problems.map((problem) => `  - ${problem}`)];
}

function isMissingPeer(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, message } = error as NodeJS.ErrnoException;
  return code === 'ERR_MODULE_NOT_FOUND' && /'openai'/.test(message);
}

/** The upstream's own words are not repeated: they may quote what was asked, or the key. */
function ofFailure(error: unknown): string {
  const { kind, errorName, status, code, errno } = classify(error);
  const details = [errorName, status && `status ${status}`, code, errno].filter(Boolean).join(', ');
  return `holdfast: the question was not answered: ${kind}${details ? ` (${details})` : ''}.`;
}
