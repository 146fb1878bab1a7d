import type { FactoryProvider, ModuleMetadata, Provider, Type } from '@nestjs/common';
import { ConfigurationError, type Logger, type SettingsOverrides } from '../index.js';

/** Options of `HoldfastModule.forRoot()`. */
export interface HoldfastModuleOptions {
  /** Any part of the settings, as for `configure()`. Valid until the app is closed. @default none */
  readonly settings?: SettingsOverrides;
  /** The logger for holdfast's events. `'nest'`: Nest's own logger. @default holdfast's logger */
  readonly logger?: 'nest' | Logger;
  /** Whether `HoldfastExceptionFilter` answers failures of protected calls. @default true */
  readonly filter?: boolean;
  /**
   * What happens at boot if a decorated method of a provider or controller has settings that cannot work, or if a
   * section of the settings matches no method. `'error'`: the boot fails with a list of all problems. `'warn'`: each
   * problem is logged. `false`: nothing is checked.
   * @default 'warn'
   */
  readonly strict?: 'error' | 'warn' | false;
  /** Whether other modules can use its providers without importing the module. @default true */
  readonly global?: boolean;
}

/** A class that creates the options. */
export interface HoldfastOptionsFactory {
  createHoldfastOptions(): HoldfastModuleOptions | Promise<HoldfastModuleOptions>;
}

/** Options of `HoldfastModule.forRootAsync()`. Set exactly one of `useFactory`, `useClass` and `useExisting`. */
export interface HoldfastModuleAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  readonly inject?: FactoryProvider['inject'];
  // oxlint-disable-next-line typescript/no-explicit-any -- the types of the injected values are unknown here
  readonly useFactory?: (...args: any[]) => HoldfastModuleOptions | Promise<HoldfastModuleOptions>;
  readonly useClass?: Type<HoldfastOptionsFactory>;
  readonly useExisting?: Type<HoldfastOptionsFactory>;
  /** @default true */
  readonly global?: boolean;
}

/** The injection token of the options. */
export const OPTIONS = 'HOLDFAST_MODULE_OPTIONS';

const EXPECTED: Readonly<Record<keyof HoldfastModuleOptions, readonly [string, (value: unknown) => boolean]>> = {
  settings: ['an object', (value) => typeof value === 'object' && value !== null],
  logger: ["'nest' or a logger", (value) => value === 'nest' || (typeof value === 'object' && value !== null)],
  filter: ['true or false', (value) => typeof value === 'boolean'],
  strict: ["'error', 'warn' or false", (value) => value === 'error' || value === 'warn' || value === false],
  global: ['true or false', (value) => typeof value === 'boolean'],
};

/** @throws {ConfigurationError} that lists every problem */
export function checkOptions(options: HoldfastModuleOptions): HoldfastModuleOptions {
  if (typeof options !== 'object' || options === null)
    throw new ConfigurationError(['HoldfastModule: expected an object of options']);
  const problems = Object.entries(options).flatMap(([name, value]: [string, unknown]) => {
    if (value === undefined) return [];
    if (!Object.hasOwn(EXPECTED, name))
      return [`HoldfastModule: unknown option "${name}". Known: ${Object.keys(EXPECTED).join(', ')}`];
    const [expected, fits] = EXPECTED[name as keyof HoldfastModuleOptions];
    return fits(value) ? [] : [`HoldfastModule: ${name}: expected ${expected}`];
  });
  if (problems.length > 0) throw new ConfigurationError(problems);
  return options;
}

/**
 * The provider of the options, and the provider of their factory class if there is one.
 * @throws {ConfigurationError} unless exactly one of `useFactory`, `useClass` and `useExisting` is set
 */
export function asyncProviders(given: HoldfastModuleAsyncOptions): Provider[] {
  const { useFactory, useClass, useExisting, inject = [] } = given;
  if ([useFactory, useClass, useExisting].filter(Boolean).length !== 1)
    throw new ConfigurationError(['HoldfastModule.forRootAsync: expected one of useFactory, useClass and useExisting']);
  if (useFactory) {
    const make = async (...args: unknown[]): Promise<HoldfastModuleOptions> => checkOptions(await useFactory(...args));
    return [{ provide: OPTIONS, useFactory: make, inject }];
  }
  const make = async (maker: HoldfastOptionsFactory): Promise<HoldfastModuleOptions> =>
    checkOptions(await maker.createHoldfastOptions());
  const maker = (useExisting ?? useClass) as Type<HoldfastOptionsFactory>;
  return [...(useClass ? [useClass] : []), { provide: OPTIONS, useFactory: make, inject: [maker] }];
}
