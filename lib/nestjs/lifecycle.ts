import { Logger as NestLogger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { ConfigurationError, configure } from '../index.js';
import { type Discovery, problemsOf } from './boot-check.js';
import { nestLogger } from './nest-logger.js';
import type { HoldfastModuleOptions } from './options.js';

/** What is configured from the time the app is made until it is closed. */
export class HoldfastLifecycle implements OnModuleInit, OnApplicationShutdown {
  readonly #options: HoldfastModuleOptions;
  readonly #discovery: Discovery;
  #undo: (() => void) | undefined;

  /** @throws {ConfigurationError} for settings that are wrong */
  constructor(options: HoldfastModuleOptions, discovery: Discovery) {
    this.#options = options;
    this.#discovery = discovery;
    const { settings, logger } = options;
    if (settings === undefined && logger === undefined) return;
    this.#undo = configure({
      ...(settings !== undefined && { settings }),
      ...(logger !== undefined && { logger: logger === 'nest' ? nestLogger() : logger }),
    });
  }

  /** @throws {ConfigurationError} with every problem, where `strict` is `'error'` */
  onModuleInit(): void {
    const { strict = 'warn', settings } = this.#options;
    if (strict === false) return;
    try {
      const problems = problemsOf(this.#discovery, settings);
      if (problems.length === 0) return;
      if (strict === 'error') throw new ConfigurationError(problems);
      const nest = new NestLogger('holdfast');
      for (const problem of problems) nest.warn(problem);
    } catch (error) {
      // The app is not made: nobody will close it.
      this.onApplicationShutdown();
      throw error;
    }
  }

  onApplicationShutdown(): void {
    this.#undo?.();
    this.#undo = undefined;
  }
}
