/** The owner's credential for the admin API. */
export interface AdminToken {
  /** The one in force. */
  current(): string;
  /** Makes, stores and gives a new one; the old one is worthless at once. Throws `USAGE` when a setting fixes it. */
  rotate(): Promise<string>;
}
