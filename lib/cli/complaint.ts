import { ConfigurationError } from '../core/errors.js';
import { CommandFailure, UsageError } from './errors.js';
import { EXIT } from './exit-code.js';
import { missingPackage } from './missing-package.js';
import { Interrupted } from './terminal/interrupt.js';

/** The lines to print about an error, and the exit code. */
export interface Complaint {
  readonly lines: readonly string[];
  readonly code: number;
}

/** Describes an error. A user's mistake is one line that says what to do; only a bug in holdfast prints its stack. */
export function complaintOf(error: unknown): Complaint {
  if (error instanceof Interrupted) return { lines: [], code: EXIT.interrupted };
  if (error instanceof UsageError) return { lines: [`holdfast: ${error.message}`], code: EXIT.misused };
  if (error instanceof ConfigurationError) return { lines: linesOf(error), code: EXIT.misused };
  if (error instanceof CommandFailure) return { lines: [`holdfast: ${error.message}`], code: EXIT.failed };
  const missing = missingPackage(error);
  if (missing !== undefined) {
    const line = `holdfast: this command needs the package ${missing}: npm install ${missing}`;
    return { lines: [line], code: EXIT.misused };
  }
  return { lines: [error instanceof Error ? (error.stack ?? String(error)) : String(error)], code: EXIT.failed };
}

function linesOf({ problems }: ConfigurationError): string[] {
  if (problems.length === 1) return [`holdfast: ${problems[0]}`];
  return [`holdfast: ${problems.length} settings are wrong:`, ...problems.map((problem) => `  - ${problem}`)];
}
