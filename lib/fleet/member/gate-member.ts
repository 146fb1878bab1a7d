import type { GatePort } from '../host.js';
import { type MemberContext, randomId } from './context.js';

/** Extensions shorter than this are not published. */
const SLACK_MS = 100;

/** A gate of this process in its fleet. All members wait for the longest time that an upstream has asked for. */
export class GateMember {
  readonly port: GatePort;
  readonly #context: MemberContext;
  readonly #leavePort: () => void;
  readonly #id: string;
  /** When the fleet's gate opens, as far as this member knows. */
  #knownUntil = 0;

  constructor(context: MemberContext, port: GatePort) {
    this.port = port;
    this.#context = context;
    this.#id = randomId(context.random);
    this.#leavePort = port.onClosed((ms) => this.#closed(ms));
  }

  /** The fleet's gate is closed for `inMs`. */
  heard(inMs: number): void {
    const { clock, rules } = this.#context;
    const now = clock.now();
    const ms = Math.min(inMs, rules.maxGateMs);
    this.#knownUntil = Math.max(this.#knownUntil, now + ms);
    if (rules.mode === 'on' && this.port.closedForMs(now) < ms) this.port.closeFor(ms);
  }

  close(): void {
    this.#leavePort();
  }

  #closed(ms: number): void {
    const { line, clock, rules } = this.#context;
    const now = clock.now();
    const asked = Math.min(ms, rules.maxGateMs);
    if (now + asked < this.#knownUntil + SLACK_MS) return;
    this.#knownUntil = now + asked;
    void line.run('gate', this.port.name, this.#id, [String(Math.round(asked)), String(rules.maxGateMs)]);
  }
}
