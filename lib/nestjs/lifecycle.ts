import { Logger as NestLogger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { ConfigurationError, configure } from '../index.js';
import { type Discovery, problemsOf } from './boot-check.js';
import type { HoldfastModuleOptions } from './options.js';

/** The context of holdfast's entries in Nest's log. */
const CONTEXT = 'holdfast';

/** Applies the configuration when the app is created and removes it when the app is closed. */
export class HoldfastLifecycle implements OnModuleInit, OnApplicationShutdown {
  readonly #options: HoldfastModuleOptions;
  readonly #discovery: Discovery;
  #undo: (() => void) | undefined;

  /** @throws {ConfigurationError} for invalid settings */
  constructor(options: HoldfastModuleOptions, discovery: Discovery) {
    this.#options = options;
    this.#discovery = discovery;
    const { settings, logger } = options;
    if (settings === undefined && logger === undefined) return;
    this.#undo = configure({
      ...(settings !== undefined && { settings }),
      ...(logger !== undefined && { logger: logger === 'nest' ? new NestLogger(CONTEXT) : logger }),
    });
  }

  /** @throws {ConfigurationError} that lists every problem, if `strict` is `'error'` */
  onModuleInit(): void {
    const { strict = 'warn', settings } = this.#options;
    if (strict === false) return;
    try {
      const problems = problemsOf(this.#discovery, settings);
      if (problems.length === 0) return;
      if (strict === 'error') throw new ConfigurationError(problems);
      const nest = new NestLogger(CONTEXT);
      for (const problem of problems) nest.warn(problem);
    } catch (error) {
      // If the app fails to start, Nest does not close it.
      this.onApplicationShutdown();
      throw error;
    }
  }

  onApplicationShutdown(): void {
    this.#undo?.();
    this.#undo = undefined;
  }
}
