import { Inject, type Provider } from '@nestjs/common';
import { circuit, ConfigurationError } from '../index.js';

/** The token under which `HoldfastModule.forFeature()` provides the handle of a circuit. */
export function getCircuitToken(name: string): string {
  return `HOLDFAST_CIRCUIT:${name}`;
}

/** Injects the handle of a circuit: `@InjectCircuit('payments') private readonly circuit: CircuitHandle`. */
export function InjectCircuit(name: string): PropertyDecorator & ParameterDecorator {
  return Inject(getCircuitToken(name));
}

/** @throws {ConfigurationError} for a value that is not a list of names */
export function circuitProviders(names: readonly string[]): Provider[] {
  if (!Array.isArray(names) || !names.every((name) => typeof name === 'string' && name !== ''))
    throw new ConfigurationError(["HoldfastModule.forFeature: expected names of circuits, such as ['payments']"]);
  return names.map((name) => ({ provide: getCircuitToken(name), useFactory: () => circuit(name) }));
}
