import { type DynamicModule, Module, type ModuleMetadata, type Provider } from '@nestjs/common';
import { APP_FILTER, DiscoveryModule, DiscoveryService, HttpAdapterHost } from '@nestjs/core';
import type { Discovery } from './boot-check.js';
import { circuitProviders, getCircuitToken } from './circuits.js';
import { HoldfastExceptionFilter, NoFilter } from './filter.js';
import { HoldfastHealthIndicator } from './health.js';
import { HoldfastLifecycle } from './lifecycle.js';
import {
  asyncProviders,
  checkOptions,
  type HoldfastModuleAsyncOptions,
  type HoldfastModuleOptions,
  OPTIONS,
} from './options.js';

/** Configures holdfast for a Nest app, answers failures of protected calls, and checks decorated methods at boot. */
export class HoldfastModule {
  /** @throws {ConfigurationError} for wrong options */
  static forRoot(options: HoldfastModuleOptions = {}): DynamicModule {
    return root([{ provide: OPTIONS, useValue: checkOptions(options) }], options);
  }

  /** Like `forRoot`, with options from a factory, a class or another provider. */
  static forRootAsync(options: HoldfastModuleAsyncOptions): DynamicModule {
    return root(asyncProviders(options), options);
  }

  /** Provides the handles of circuits for `@InjectCircuit(name)`. */
  static forFeature(circuits: readonly string[]): DynamicModule {
    return { module: HoldfastModule, providers: circuitProviders(circuits), exports: circuits.map(getCircuitToken) };
  }
}

Module({})(HoldfastModule);

function root(
  options: Provider[],
  { global = true, imports = [] }: { global?: boolean; imports?: ModuleMetadata['imports'] },
): DynamicModule {
  return {
    module: HoldfastModule,
    global,
    imports: [DiscoveryModule, ...imports],
    exports: [HoldfastHealthIndicator],
    providers: [
      ...options,
      HoldfastHealthIndicator,
      {
        provide: HoldfastLifecycle,
        useFactory: (given: HoldfastModuleOptions, discovery: Discovery) => new HoldfastLifecycle(given, discovery),
        inject: [OPTIONS, DiscoveryService],
      },
      {
        provide: APP_FILTER,
        useFactory: ({ filter = true }: HoldfastModuleOptions, host: HttpAdapterHost) =>
          filter ? new HoldfastExceptionFilter(host) : new NoFilter(),
        inject: [OPTIONS, HttpAdapterHost],
      },
    ],
  };
}
