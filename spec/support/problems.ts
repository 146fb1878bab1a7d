import { expect } from 'chai';
import { ConfigurationError } from '#lib/index.js';

/** The problems that the `ConfigurationError` names which `run` throws. */
export function problemsOf(run: () => unknown): readonly string[] {
  try {
    run();
  } catch (error) {
    expect(error).to.be.instanceOf(ConfigurationError);
    return (error as ConfigurationError).problems;
  }
  return expect.fail('nothing was refused');
}
