interface OfEveryMethod {
  readonly method?: never;
}

/** The settings were read again: what is new in them takes effect with the next call. */
export interface SettingsReloaded extends OfEveryMethod {
  readonly type: 'settings_reloaded';
}

/** The settings were read again and are wrong: those from before stay in effect. */
export interface SettingsRefused extends OfEveryMethod {
  readonly type: 'settings_refused';
  /** Every problem, in one line. */
  readonly reason: string;
  /** How many problems there are. */
  readonly problems: number;
}
