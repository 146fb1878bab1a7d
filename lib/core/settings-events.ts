interface OfEveryMethod {
  readonly method?: never;
}

/** The settings were read again. Changes take effect with the next call. */
export interface SettingsReloaded extends OfEveryMethod {
  readonly type: 'settings_reloaded';
}

/** The settings were read again and are invalid. The previous settings stay in effect. */
export interface SettingsRefused extends OfEveryMethod {
  readonly type: 'settings_refused';
  /** All problems, in one line. */
  readonly reason: string;
  /** The number of problems. */
  readonly problems: number;
}
