import { $, el } from './dom.js';
import type { Fleet } from './model.js';

declare const SETTINGS: { readonly control: boolean };

type Move = 'isolate' | 'reset';
type Post = (path: string, init: RequestInit) => Promise<Response>;

/** Isolates and resets circuits, after a confirmation. */
export class Controls {
  readonly #post: Post;
  #fleets: readonly Fleet[] = [];
  #asked: { readonly name: string; readonly move: Move } | undefined;

  constructor(post: Post) {
    this.#post = post;
    const dialog = $<HTMLDialogElement>('sure');
    dialog.onclose = () => {
      if (dialog.returnValue === 'yes' && this.#asked) void this.#move(this.#asked.name, this.#asked.move);
    };
  }

  set fleets(fleets: readonly Fleet[]) {
    this.#fleets = fleets;
  }

  /** The buttons of a circuit; none if the page cannot move circuits. */
  buttonsFor(name: string): HTMLElement[] {
    if (!SETTINGS.control) return [];
    const button = (move: Move, text: string): HTMLElement => {
      const made = el('button', '', text);
      made.setAttribute('aria-label', `${move === 'isolate' ? 'Isolate' : 'Reset'} ${name}`);
      made.onclick = () => this.#ask(name, move);
      return made;
    };
    return [el('div', 'acts', button('isolate', 'Isolate…'), button('reset', 'Reset…'))];
  }

  #ask(name: string, move: Move): void {
    this.#asked = { name, move };
    const fleet = this.#fleetOf(name);
    const isolates = move === 'isolate';
    $('question').textContent = isolates
      ? `Isolate ${name}? It rejects every call until it is reset.`
      : `Reset ${name}? It closes and admits every call.`;
    $('scope').hidden = !fleet;
    $('whole').textContent = `in the whole fleet ${fleet?.name ?? ''}`;
    $('why').hidden = !isolates;
    $<HTMLInputElement>('reason').value = '';
    document.querySelector<HTMLInputElement>('[name=scope][value=fleet]')!.checked = true;
    $('yes').textContent = isolates ? 'Isolate' : 'Reset';
    $('yes').className = isolates ? 'danger' : '';
    const dialog = $<HTMLDialogElement>('sure');
    dialog.returnValue = '';
    dialog.showModal();
    $(isolates ? 'reason' : 'yes').focus();
  }

  #fleetOf(name: string): Fleet | undefined {
    return this.#fleets.find(({ circuits }) => circuits.some((one) => one.name === name));
  }

  async #move(name: string, move: Move): Promise<void> {
    const isEverywhere = document.querySelector<HTMLInputElement>('[name=scope][value=fleet]')!.checked;
    const reason = $<HTMLInputElement>('reason').value;
    const body = JSON.stringify({ ...(reason !== '' && { reason }), ...(!isEverywhere && { scope: 'process' }) });
    try {
      const answer = await this.#post(`circuits/${encodeURIComponent(name)}/${move}`, { method: 'POST', body });
      if (!answer.ok) return say(`${name} was not changed: ${(await answer.text()).trim()} (${answer.status}).`, false);
      const { state, fleet } = (await answer.json()) as { readonly state: string; readonly fleet?: string };
      say(`${name} is ${state}${fleet === undefined ? '' : ` in the whole fleet ${fleet}`}.`, true);
    } catch {
      say(`No answer. It is unknown whether ${name} was changed.`, false);
    }
  }
}

let ends: ReturnType<typeof setTimeout> | undefined;

function say(text: string, isGood: boolean): void {
  const said = $('said');
  said.textContent = text;
  said.className = `said${isGood ? '' : ' bad'}`;
  said.hidden = false;
  clearTimeout(ends);
  ends = setTimeout(() => (said.hidden = true), 10_000);
}
